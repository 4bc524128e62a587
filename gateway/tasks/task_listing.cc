#include "gateway/tasks/task_listing.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/decode_reading.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::tasks {
namespace {

// Decodes a page and completes its tasks. Any thread.
Verdict DecodePage(const Source& source, const ListQuery& query, absl::Time read_time, core::HttpResponse response,
                   ListedTasks* page) {
  const std::string list = absl::StrCat("sources/", source.name, "/provisionedProducts/", query.provisioned_product_id);
  Reply<TaskPage> reply = source.adapter().DecodeListTasks(std::move(response), query,
                                                           {.name = list, .host = source.channel.endpoint.host});
  if (!reply.verdict.status.ok()) return std::move(reply.verdict);
  page->tasks = std::move(reply.value.tasks);
  page->has_more = reply.value.has_more;
  for (v1::Task& task : page->tasks) Complete(source, CanonicalName(source, task.uid()), read_time, &task);
  return std::move(reply.verdict);
}

}  // namespace

TaskListing::TaskListing(upstream::Context& context, Source& source, ListQuery query, absl::Duration deadline,
                         Done done, const base::SpanId& parent_span)
    : context_(context),
      source_(source),
      query_(std::move(query)),
      deadline_(deadline),
      parent_span_(parent_span),
      done_(std::move(done)) {}

void TaskListing::Start() {
  const SourceOperation list = source_.OperationOf("ListTasks");
  // Shared with the decoder, which may outlive the listing.
  const auto page = std::make_shared<ListedTasks>();
  upstream::CallSpec spec;
  spec.request = [this] { return source_.adapter().ListTasks(query_); };
  spec.operation = list.operation;
  spec.parent_span = parent_span_;
  spec.deadline = [deadline = deadline_] { return deadline; };
  spec.decode = [&source = source_, query = query_, &clock = context_.loop.clock(), page](core::HttpResponse response) {
    return DecodePage(source, query, clock.Now(), std::move(response), page.get());
  };
  spec.done = [this, page](const absl::Status& status) {
    const Done done = std::move(done_);
    if (!status.ok()) return done(status);
    done(std::move(*page));
  };
  call_.emplace(context_, source_.channel, list.budget, std::move(spec));
  call_->Start();
}

}  // namespace taskgateway::tasks

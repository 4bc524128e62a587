#include "gateway/rpc/list_tasks.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/page_token.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::rpc {
namespace {

constexpr int kPageSize = 10;
constexpr int kMaxPageSize = 100;
// More than a page token needs.
constexpr std::size_t kBesideTasks = 256;

}  // namespace

absl::StatusOr<ListOrder> ToList(const v1::ListTasksRequest& request, const tasks::Sources& sources) {
  if (request.page_size() < 0) {
    return core::InvalidField("page_size", "must be 0 to 100; leave it out for 10 tasks a page");
  }
  const absl::StatusOr<std::string> name = ParseSourceName(request.parent(), "parent");
  if (!name.ok()) return name.status();
  const absl::StatusOr<tasks::Source*> source = FindSource(*name, sources);
  if (!source.ok()) return source.status();
  if (!(*source)->adapter().traits().can_list) return core::Unsupported("LIST_UNSUPPORTED_BY_SOURCE", *name);
  if (!IsId(request.provisioned_product_id())) {
    return core::InvalidField("provisioned_product_id",
                              "is required: the id of the provisioned product whose tasks to list");
  }
  ListOrder order{.source = *source, .query = {.provisioned_product_id = request.provisioned_product_id()}};
  order.query.page_size = request.page_size() == 0 ? kPageSize : std::min(request.page_size(), kMaxPageSize);
  if (request.page_token().empty()) return order;
  const std::optional<int> page = tasks::PageOf(request.page_token(), *name, order.query);
  if (!page) {
    return core::InvalidField(
        "page_token",
        "must be the next_page_token of the page before, asked for with the same source, provisioned "
        "product and page size; leave it out to begin anew");
  }
  order.query.page_number = *page;
  return order;
}

ListTasksCall::ListTasksCall(const Tasks& tasks, CallRecord record, ListOrder order, absl::Duration deadline,
                             std::size_t max_bytes, Respond respond)
    : LoopCall(tasks.loop, std::move(record)),
      tasks_(tasks),
      order_(std::move(order)),
      deadline_(deadline),
      max_bytes_(max_bytes),
      respond_(std::move(respond)) {}

void ListTasksCall::Begin() {
  listing_ = std::make_unique<tasks::TaskListing>(
      tasks_.context, *order_.source, order_.query, deadline_,
      [this](absl::StatusOr<tasks::ListedTasks> listed) { Listed(std::move(listed)); }, span());
  listing_->Start();
}

void ListTasksCall::Listed(absl::StatusOr<tasks::ListedTasks> listed) {
  // Gone before the answer: what comes behind that runs on gRPC's threads.
  listing_.reset();
  if (!listed.ok()) return Answer(listed.status());
  v1::ListTasksResponse page;
  for (v1::Task& task : listed->tasks) *page.add_tasks() = std::move(task);
  tasks::FitTasks(max_bytes_ - kBesideTasks, page.mutable_tasks());
  if (listed->has_more) {
    ListQuery next = order_.query;
    ++next.page_number;
    page.set_next_page_token(tasks::ToPageToken(order_.source->name, next));
  }
  respond_(std::move(page));
  Answer(absl::OkStatus());
}

}  // namespace taskgateway::rpc

#include "gateway/tasks/task_canceller.h"

#include <optional>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::tasks {

struct TaskCanceller::Cancellation {
  Source& source;
  const std::string task_id;
  absl::Duration deadline;
  Done done;          // empty: nobody waits any more
  base::SpanId span;  // of the caller
  bool sent = false;  // from here on the upstream may act on it
  std::optional<upstream::UpstreamCall> call = std::nullopt;
  base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;

  std::string name() const { return CanonicalName(source, task_id); }
};

TaskCanceller::TaskCanceller(upstream::Context& context, TaskReader& reader, TaskPoller& poller)
    : context_(context), reader_(reader), poller_(poller) {}

TaskCanceller::~TaskCanceller() {
  for (const auto& [id, cancellation] : cancellations_) context_.loop.Cancel(cancellation->timer);
}

TaskCanceller::CancelId TaskCanceller::Cancel(Source& source, const std::string& task_id, absl::Duration deadline,
                                              Done done, const base::SpanId& parent_span) {
  const CancelId id = next_++;
  std::unique_ptr<Cancellation>& cancellation = cancellations_[id];
  cancellation.reset(new Cancellation{
      .source = source, .task_id = task_id, .deadline = deadline, .done = std::move(done), .span = parent_span});
  const SharedReading known = reader_.cache().Find(cancellation->name(), absl::InfiniteDuration(), false).reading;
  if (known != nullptr && known->done()) {
    cancellation->timer = context_.loop.Schedule(absl::ZeroDuration(), [this, id, name = cancellation->name()] {
      End(id, core::TaskAlreadyDone(name, {.host = core::kDomain}));
    });
  } else {
    Begin(id, *cancellation);
  }
  return id;
}

void TaskCanceller::Leave(CancelId cancel) {
  const auto found = cancellations_.find(cancel);
  if (found == cancellations_.end()) return;
  Cancellation& cancellation = *found->second;
  if (cancellation.sent) {
    cancellation.done = nullptr;
    cancellation.deadline = absl::ZeroDuration();  // so that it is not attempted again
    return;
  }
  context_.loop.Cancel(cancellation.timer);
  cancellations_.erase(found);
}

void TaskCanceller::Begin(CancelId id, Cancellation& cancellation) {
  const Source& source = cancellation.source;
  const SourceOperation cancel = source.OperationOf("CancelTask");
  upstream::CallSpec spec;
  spec.request = [&cancellation] { return cancellation.source.adapter().CancelTask(cancellation.task_id); };
  spec.operation = cancel.operation;
  spec.idempotent = false;
  spec.parent_span = cancellation.span;
  spec.deadline = [&cancellation] { return cancellation.deadline; };
  spec.decode = [&adapter = source.adapter(), name = cancellation.name(),
                 host = source.channel.endpoint.host](core::HttpResponse response) {
    return adapter.DecodeCancelTask(std::move(response), {.name = name, .host = host});
  };
  spec.on_send = [&cancellation] { cancellation.sent = true; };
  spec.done = [this, id](const absl::Status& status) { End(id, status); };
  cancellation.call.emplace(context_, cancellation.source.channel, cancel.budget, std::move(spec));
  cancellation.call->Start();
}

void TaskCanceller::End(CancelId id, const absl::Status& status) {
  const auto found = cancellations_.find(id);
  const std::unique_ptr<Cancellation> ended = std::move(found->second);
  cancellations_.erase(found);
  if (ended->sent) {
    reader_.Outdate(ended->source, ended->task_id);
    poller_.Restart(ended->source, ended->task_id);
  }
  if (ended->done) ended->done(status);
}

}  // namespace taskgateway::tasks

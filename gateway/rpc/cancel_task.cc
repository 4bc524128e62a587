#include "gateway/rpc/cancel_task.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/reply_size.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::rpc {
namespace {

// The upstream may not show yet that it took the request, and then the reading says nothing of what stays behind.
void WarnOfResidue(v1::Task* task) {
  const auto warned = [](const v1::TaskWarning& warning) {
    return warning.kind() == v1::TaskWarning::RESIDUAL_RESOURCES;
  };
  if (std::ranges::any_of(task->warnings(), warned)) return;
  v1::TaskWarning& warning = *task->add_warnings();
  warning.set_kind(v1::TaskWarning::RESIDUAL_RESOURCES);
  warning.set_message("Cancelling does not stop work that has started downstream; resources may stay behind.");
}

}  // namespace

absl::StatusOr<tasks::FollowTarget> ToCancel(const v1::CancelTaskRequest& request, const tasks::Sources& sources) {
  absl::StatusOr<TaskName> name = ParseTaskName(request.name(), "name");
  if (!name.ok()) return std::move(name).status();
  if (name->any_source() || name->alias()) {
    return core::InvalidField("name", "must be sources/{source}/tasks/{task}: only one certain task can be cancelled");
  }
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request.name(), "name", sources);
  if (!target.ok()) return target;
  if (absl::Status checked = CheckCancels(*target->source); !checked.ok()) return checked;
  return target;
}

absl::Status CheckCancels(const tasks::Source& source) {
  if (source.adapter().traits().can_cancel) return absl::OkStatus();
  return core::Unsupported("CANCEL_UNSUPPORTED_BY_SOURCE", source.name);
}

CancelTaskCall::CancelTaskCall(const Tasks& tasks, CallRecord record, tasks::FollowTarget target,
                               absl::Duration deadline, v1::Task* response)
    : LoopCall(tasks.loop, std::move(record)),
      tasks_(tasks),
      target_(std::move(target)),
      deadline_(deadline),
      response_(response) {}

void CancelTaskCall::Begin() {
  known_ = tasks_.reader.cache()
               .Find(tasks::CanonicalName(*target_.source, target_.task_id), absl::InfiniteDuration(), false)
               .reading;
  cancel_ = tasks_.canceller.Cancel(
      *target_.source, target_.task_id, deadline_, [this](const absl::Status& status) { Cancelled(status); }, span());
}

void CancelTaskCall::Abandon() {
  tasks_.canceller.Leave(cancel_);
  read_.Leave(tasks_);
}

void CancelTaskCall::Cancelled(const absl::Status& status) {
  if (!status.ok()) return Answer(status);
  tasks::ReadRequest request;
  request.source = target_.source;
  request.task_id = target_.task_id;
  request.max_staleness = absl::ZeroDuration();
  request.deadline = deadline_;
  request.parent_span = span();
  read_.Start(tasks_, std::move(request), [this](const absl::StatusOr<tasks::SharedReading>& reading) {
    // The cancellation was accepted, so it is not to look as if it had failed.
    if (!reading.ok() && known_ == nullptr) return Answer(core::AcceptedButUnread(reading.status()));
    *response_ = (reading.ok() ? *reading : known_)->task();
    WarnOfResidue(response_);
    tasks::FitReply(tasks::kMaxReplyBytes, response_);
    Answer(absl::OkStatus());
  });
}

}  // namespace taskgateway::rpc

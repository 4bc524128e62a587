#include "gateway/rpc/wait_task.h"

#include <string>
#include <tuple>
#include <utility>

#include "adapters/core/proto_time.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/message_bytes.h"
#include "gateway/tasks/field_head.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::rpc {
namespace {

constexpr std::size_t kMaxEtagBytes = 64;
// What a response has beside its task, most bytes.
constexpr std::size_t kBesideTask = 64;

}  // namespace

grpc::ByteBuffer ToResponse(tasks::WaitResult result, v1::TaskView view) {
  v1::WaitTaskResponse rest;
  rest.set_outcome(result.outcome);
  if (result.outcome != v1::WaitTaskResponse::DONE) {
    core::SetDuration(result.retry_delay, rest.mutable_retry_delay());
  }
  // What is said of the wait goes behind the task.
  const std::string& task = result.reading->Serialized(view);
  if (task.size() + kBesideTask > tasks::kMaxReplyBytes) {
    std::ignore = rest.mutable_task()->ParseFromString(task);
    tasks::FitReply(tasks::kMaxReplyBytes - kBesideTask, rest.mutable_task());
    const grpc::Slice slice(rest.SerializeAsString());
    return grpc::ByteBuffer(&slice, 1);
  }
  const grpc::Slice slices[] = {
      grpc::Slice(tasks::FieldHead(v1::WaitTaskResponse::kTaskFieldNumber, task.size())),
      SharedSlice(task, std::move(result.reading)),
      grpc::Slice(rest.SerializeAsString()),
  };
  return grpc::ByteBuffer(slices, std::size(slices));
}

absl::StatusOr<WaitOrder> ToWait(const v1::WaitTaskRequest& request, absl::Duration deadline,
                                 const tasks::Sources& sources) {
  if (absl::Status checked = CheckView(request.view(), v1::TASK_VIEW_FULL); !checked.ok()) return checked;
  WaitOrder order;
  order.terms.deadline = deadline;
  if (request.has_timeout()) {
    order.terms.timeout = ToDuration(request.timeout());
    if (!order.terms.timeout) return core::InvalidField("timeout", "must be 0 or more; leave it out for the longest");
  }
  if (request.until_etag_changes_from().size() > kMaxEtagBytes) {
    return core::InvalidField("until_etag_changes_from", "must be an etag that this gateway gave");
  }
  order.terms.until_etag_changes_from = request.until_etag_changes_from();
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request.name(), "name", sources);
  if (!target.ok()) return std::move(target).status();
  order.target = *std::move(target);
  if (request.has_created_after()) {
    absl::Status checked = SetCreatedAfter(request.created_after(), "created_after", &order.target);
    if (!checked.ok()) return checked;
  }
  return order;
}

WaitTaskCall::WaitTaskCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, WaitOrder order,
                           Respond respond)
    : LoopCall(tasks.loop, std::move(record)),
      tasks_(tasks),
      place_(std::move(place)),
      order_(std::move(order)),
      respond_(std::move(respond)) {
  order_.terms.limit = tasks.max_wait;
}

void WaitTaskCall::Begin() {
  wait_ = std::make_unique<tasks::TaskWait>(tasks_.following(), tasks_.reader.cache(), std::move(order_.target),
                                            std::move(order_.terms),
                                            [this](tasks::WaitResult result) { Ended(std::move(result)); });
  wait_->Start();
  tasks_.open_calls.Add(*this);
}

void WaitTaskCall::Abandon() {
  tasks_.open_calls.Remove(*this);
  wait_.reset();
}

void WaitTaskCall::Ended(tasks::WaitResult result) {
  // Gone before the answer: what comes behind that runs on gRPC's threads.
  Abandon();
  const absl::Status status = result.status;
  if (status.ok()) respond_(std::move(result));
  Answer(status);
}

}  // namespace taskgateway::rpc

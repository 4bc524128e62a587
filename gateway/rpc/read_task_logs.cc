#include "gateway/rpc/read_task_logs.h"

#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/message_bytes.h"

namespace taskgateway::rpc {
namespace {

absl::Status OtherToken() {
  return core::InvalidField("resume_token",
                            "must be the last one that came with a chunk of this task; leave it out to begin anew");
}

}  // namespace

absl::StatusOr<LogOrder> ToReadLogs(const v1::ReadTaskLogsRequest& request, const tasks::Sources& sources) {
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request.name(), "name", sources);
  if (!target.ok()) return std::move(target).status();
  if (!target->provisioned_product_id.empty()) {
    return core::InvalidField("name",
                              "must name a task, not the latest one of a product; GetTask of that tells its name");
  }
  if (request.tail_bytes() < 0) return core::InvalidField("tail_bytes", "must be 0 (the whole log) or more");
  LogOrder order{.target = *std::move(target), .terms = {}};
  order.terms.follow = request.follow();
  order.terms.tail_bytes = static_cast<std::size_t>(request.tail_bytes());
  order.terms.filter = {.command = request.command(), .stream = request.stream()};
  if (request.resume_token().empty()) return order;
  if (request.tail_bytes() > 0) {
    return core::InvalidField("tail_bytes", "must be left out beside resume_token, which says where to begin");
  }
  order.terms.resume_from = tasks::FromLogToken(request.resume_token());
  if (!order.terms.resume_from) return OtherToken();
  // The task that a name of any source was resolved to then.
  const absl::StatusOr<tasks::FollowTarget> then = ToTarget(order.terms.resume_from->name, "resume_token", sources);
  const bool same = then.ok() && then->source != nullptr && then->task_id == order.target.task_id &&
                    (order.target.source == nullptr || order.target.source == then->source);
  if (!same) return OtherToken();
  order.target = *then;
  return order;
}

ReadTaskLogsCall::ReadTaskLogsCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, LogOrder order,
                                   std::size_t lane)
    : StreamCall(tasks, std::move(record), std::move(place), lane),
      target_(std::move(order.target)),
      wish_{.follow = order.terms.follow, .resumes_at = order.terms.resumes_at()},
      outbox_(std::move(order.terms)) {}

void ReadTaskLogsCall::Open() {
  read_ = std::make_unique<tasks::TaskLogRead>(tasks().following(), tasks().log_buffers, tasks().fan_out, target_,
                                               wish_, outbox_, weak_from_this());
  read_->Start();
}

void ReadTaskLogsCall::Stop() { read_->Fail(core::ShuttingDown()); }

void ReadTaskLogsCall::Deliver() {
  tasks::LogOutbox::Step step = outbox_.Take();
  switch (step.kind) {
    case tasks::LogOutbox::Step::kNothing:
      return;
    case tasks::LogOutbox::Step::kWrite: {
      const std::string& bytes = *step.message;
      tasks().call_records.log_bytes().Add(bytes.size());
      const grpc::Slice slice = SharedSlice(bytes, std::move(step.message));
      return Write(grpc::ByteBuffer(&slice, 1));
    }
    case tasks::LogOutbox::Step::kGoOn:
      return tasks().context.decode_executor.Run([call = shared_from_this()] { call->Deliver(); });
    case tasks::LogOutbox::Step::kFinish:
      // A caller that is gone does not hear it.
      return End(step.status);
  }
}

}  // namespace taskgateway::rpc

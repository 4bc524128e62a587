// TaskService.CancelTask.
#pragma once

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"

namespace taskgateway::rpc {

// Which task to cancel. Errors: INVALID_ARGUMENT, also for `sources/-` and an alias; NOT_FOUND SOURCE_NOT_FOUND;
// UNIMPLEMENTED CANCEL_UNSUPPORTED_BY_SOURCE.
absl::StatusOr<tasks::FollowTarget> ToCancel(const v1::CancelTaskRequest& request, const tasks::Sources& sources);

// Error: UNIMPLEMENTED CANCEL_UNSUPPORTED_BY_SOURCE.
absl::Status CheckCancels(const tasks::Source& source);

// Cancels, then reads the task anew. When that fails, it answers with what was known before.
class CancelTaskCall final : public LoopCall {
 public:
  // `response` is gRPC's and lives until the call is done; `deadline` is Uptime.
  CancelTaskCall(const Tasks& tasks, CallRecord record, tasks::FollowTarget target, absl::Duration deadline,
                 v1::Task* response);

 private:
  void Begin() override;
  void Abandon() override;
  void Cancelled(const absl::Status& status);

  Tasks tasks_;
  const tasks::FollowTarget target_;
  const absl::Duration deadline_;
  v1::Task* const response_;
  tasks::TaskCanceller::CancelId cancel_ = 0;
  tasks::SharedReading known_;  // from before; null when there is none
  Read read_;
};

}  // namespace taskgateway::rpc

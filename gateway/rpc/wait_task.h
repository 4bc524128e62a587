// TaskService.WaitTask.
#pragma once

#include <memory>

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"
#include "gateway/tasks/task_wait.h"

namespace taskgateway::rpc {

// What WaitTask asks for.
struct WaitOrder {
  tasks::FollowTarget target;
  tasks::WaitTerms terms;
};

// `deadline` is the call's, Uptime. Errors: INVALID_ARGUMENT, NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<WaitOrder> ToWait(const v1::WaitTaskRequest& request, absl::Duration deadline,
                                 const tasks::Sources& sources);

class WaitTaskCall final : public LoopCall, public OpenCalls::Call {
 public:
  // `response` is gRPC's and lives until the call is done.
  WaitTaskCall(const Tasks& tasks, WaitOrder order, v1::TaskView view, grpc::ByteBuffer* response);

 private:
  void Begin() override;
  void Abandon() override;
  void Drain() override { wait_->Drain(); }
  void Ended(tasks::WaitResult result);

  Tasks tasks_;
  WaitOrder order_;
  const v1::TaskView view_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<tasks::TaskWait> wait_;  // while it lasts; belongs to the loop
};

}  // namespace taskgateway::rpc

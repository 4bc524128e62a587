// TaskService.WaitTask.
#pragma once

#include <functional>
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

// A v1::WaitTaskResponse within the size limit. The task's bytes are shared with every answer that has them. `result`
// is OK.
grpc::ByteBuffer ToResponse(tasks::WaitResult result, v1::TaskView view);

class WaitTaskCall final : public LoopCall, public OpenCalls::Call {
 public:
  // Fills gRPC's response from a result that is OK. Loop thread.
  using Respond = std::function<void(tasks::WaitResult result)>;

  WaitTaskCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, WaitOrder order, Respond respond);

 private:
  void Begin() override;
  void Abandon() override;
  void Drain() override { wait_->Drain(); }
  void Stop() override { wait_->Stop(); }
  void Ended(tasks::WaitResult result);

  Tasks tasks_;
  const CallLimit::Place place_;
  WaitOrder order_;
  const Respond respond_;
  std::unique_ptr<tasks::TaskWait> wait_;  // while it lasts; belongs to the loop
};

}  // namespace taskgateway::rpc

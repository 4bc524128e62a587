// TaskService.GetTask.
#pragma once

#include <functional>

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"

namespace taskgateway::rpc {

// One read; what is answered with it is the caller's affair.
class GetTaskCall final : public LoopCall {
 public:
  // Fills gRPC's response. Loop thread.
  using Respond = std::function<void(tasks::SharedReading reading)>;

  GetTaskCall(const Tasks& tasks, CallRecord record, tasks::ReadRequest request, Respond respond);

 private:
  void Begin() override;
  void Abandon() override;

  Tasks tasks_;
  tasks::ReadRequest request_;
  const Respond respond_;
  Read read_;
};

// A reading's answer as a message that shares the reading's bytes.
grpc::ByteBuffer ToByteBuffer(tasks::SharedReading reading, v1::TaskView view);

}  // namespace taskgateway::rpc

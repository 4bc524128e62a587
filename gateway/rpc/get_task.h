// TaskService.GetTask.
#pragma once

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"

namespace taskgateway::rpc {

class GetTaskCall final : public LoopCall {
 public:
  // `response` is gRPC's and lives until the call is done.
  GetTaskCall(const Tasks& tasks, tasks::ReadRequest request, v1::TaskView view, grpc::ByteBuffer* response);

 private:
  void Begin() override;
  void Abandon() override;

  Tasks tasks_;
  tasks::ReadRequest request_;
  const v1::TaskView view_;
  grpc::ByteBuffer* const response_;
  Read read_;
};

// A reading's answer as a message that shares the reading's bytes.
grpc::ByteBuffer ToByteBuffer(tasks::SharedReading reading, v1::TaskView view);

}  // namespace taskgateway::rpc

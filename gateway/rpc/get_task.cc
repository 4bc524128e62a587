#include "gateway/rpc/get_task.h"

#include <utility>

namespace taskgateway::rpc {

GetTaskCall::GetTaskCall(const Tasks& tasks, tasks::ReadRequest request, v1::TaskView view, grpc::ByteBuffer* response)
    : LoopCall(tasks.loop), tasks_(tasks), request_(std::move(request)), view_(view), response_(response) {}

void GetTaskCall::Begin() {
  // `this` outlives the read: gRPC is done with the call only after Answer.
  read_.Start(tasks_, std::move(request_), [this](absl::StatusOr<tasks::SharedReading> reading) {
    if (reading.ok()) *response_ = ToByteBuffer(*std::move(reading), view_);
    Answer(reading.status());
  });
}

void GetTaskCall::Abandon() { read_.Leave(tasks_); }

grpc::ByteBuffer ToByteBuffer(tasks::SharedReading reading, v1::TaskView view) {
  const std::string& bytes = reading->Serialized(view);
  auto* holder = new tasks::SharedReading(std::move(reading));
  const grpc::Slice slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* held) { delete static_cast<tasks::SharedReading*>(held); }, holder);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace taskgateway::rpc

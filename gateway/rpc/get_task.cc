#include "gateway/rpc/get_task.h"

#include <utility>

#include "gateway/rpc/message_bytes.h"

namespace taskgateway::rpc {

GetTaskCall::GetTaskCall(const Tasks& tasks, CallRecord record, tasks::ReadRequest request, Respond respond)
    : LoopCall(tasks.loop, std::move(record)),
      tasks_(tasks),
      request_(std::move(request)),
      respond_(std::move(respond)) {}

void GetTaskCall::Begin() {
  request_.parent_span = span();
  // `this` outlives the read: gRPC is done with the call only after Answer.
  read_.Start(tasks_, std::move(request_), [this](absl::StatusOr<tasks::SharedReading> reading) {
    if (!reading.ok()) return Answer(reading.status());
    respond_(*std::move(reading));
    Answer(absl::OkStatus());
  });
}

void GetTaskCall::Abandon() { read_.Leave(tasks_); }

grpc::ByteBuffer ToByteBuffer(tasks::SharedReading reading, v1::TaskView view) {
  const std::string& bytes = reading->Serialized(view);
  const grpc::Slice slice = SharedSlice(bytes, std::move(reading));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace taskgateway::rpc

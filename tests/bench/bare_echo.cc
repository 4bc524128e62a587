// The least that a gRPC server can do with a GetTask: parse the request and answer what was made before.
//
//   bare_echo raw|typed PORTS_FILE    answers bytes as they are, or copies a message that gRPC serializes; writes
//                                     {"grpc": port} to the file when it serves, until it is killed
#include <iostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/bench/bare_server.h"
#include "tests/bench/bare_task.h"

namespace taskgateway::bench {
namespace {

class RawEcho final : public v1::TaskService::WithRawCallbackMethod_GetTask<v1::TaskService::CallbackService> {
 public:
  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    v1::GetTaskRequest message;
    grpc::ByteBuffer bytes(*request);
    const grpc::Status parsed = grpc::SerializationTraits<v1::GetTaskRequest>::Deserialize(&bytes, &message);
    if (parsed.ok()) *response = grpc::ByteBuffer(&reply_, 1);
    reactor->Finish(parsed);
    return reactor;
  }

 private:
  const grpc::Slice reply_{BareTask().SerializeAsString()};
};

class TypedEcho final : public v1::TaskService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const v1::GetTaskRequest*,
                                    v1::Task* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    *response = reply_;
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::Task reply_ = BareTask();
};

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string kind = argc == 3 ? argv[1] : "";
  if (kind == "raw") {
    taskgateway::bench::RawEcho service;
    return taskgateway::bench::Serve(service, argv[2]);
  }
  if (kind == "typed") {
    taskgateway::bench::TypedEcho service;
    return taskgateway::bench::Serve(service, argv[2]);
  }
  std::cerr << "usage: bare_echo raw|typed PORTS_FILE\n";
  return 64;
}

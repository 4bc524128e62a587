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

namespace taskgateway::bench {
namespace {

constexpr std::size_t kReplyBytes = 1012;

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
  const grpc::Slice reply_{std::string(kReplyBytes, 'x')};
};

class TypedEcho final : public v1::TaskService::CallbackService {
 public:
  TypedEcho() {
    reply_.set_name("sources/cloud-control/tasks/task-433aead756057fff8189a7c0000");
    reply_.set_state(v1::Task::SUCCEEDED);
    reply_.mutable_target()->set_resource_path(std::string(kTextBytes, 'x'));
    for (int i = 0; i < kEntries; ++i) {
      reply_.add_outputs()->set_key("a key");
      reply_.mutable_outputs(i)->set_value(std::string(kTextBytes, 'y'));
    }
  }
  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const v1::GetTaskRequest*,
                                    v1::Task* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    *response = reply_;
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  static constexpr int kEntries = 5;
  static constexpr std::size_t kTextBytes = 140;

  v1::Task reply_;
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

// The least that a gRPC server can do with a GetTask: parse the request and answer bytes that were made before.
//
//   bare_echo PORTS_FILE     writes {"grpc": port} to the file when it serves, until it is killed
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::bench {
namespace {

constexpr std::size_t kReplyBytes = 1012;

class BareEcho final : public v1::TaskService::WithRawCallbackMethod_GetTask<v1::TaskService::CallbackService> {
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

int Serve(const std::string& ports_file) {
  BareEcho service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  const std::string draft = ports_file + ".next";
  std::ofstream(draft) << "{\"grpc\": " << port << "}\n";
  if (std::rename(draft.c_str(), ports_file.c_str()) != 0) return 1;
  server->Wait();
  return 0;
}

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 2) {
    std::cerr << "usage: bare_echo PORTS_FILE\n";
    return 64;
  }
  return taskgateway::bench::Serve(argv[1]);
}

// The least that a gRPC server can do with WatchTasks: keep the streams, and write one message to all of them, bytes
// that were made before.
//
//   bare_watch PORTS_FILE    writes {"grpc": port} to the file when it serves, until it is killed; each GetTask tells
//                            every stream, by two threads in four ranges of connections
#include <array>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/bench/bare_server.h"

namespace taskgateway::bench {
namespace {

constexpr std::size_t kRanges = 4;
constexpr std::size_t kThreads = 2;

// An event of the size that the gateway's have.
grpc::ByteBuffer Event() {
  v1::WatchTasksResponse event;
  event.set_name("sources/cloud-control/tasks/task-watched");
  event.set_requested_name(event.name());
  event.set_resume_token(std::string(110, 'x'));
  event.mutable_changed()->mutable_task()->mutable_target()->set_resource_path(std::string(420, 'x'));
  const grpc::Slice bytes(event.SerializeAsString());
  return grpc::ByteBuffer(&bytes, 1);
}

class Stream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit Stream(const grpc::ByteBuffer& event) : event_(event) { StartWrite(&event_); }
  void Tell() { StartWrite(&event_); }

 private:
  void OnDone() override {}  // the program ends before its streams do
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }

  grpc::ByteBuffer event_;
};

class BareWatch final : public v1::TaskService::WithRawCallbackMethod_GetTask<
                            v1::TaskService::WithRawCallbackMethod_WatchTasks<v1::TaskService::CallbackService>> {
 public:
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchTasks(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer*) override {
    const std::size_t range = std::hash<std::string>()(context->peer()) % kRanges;
    auto* stream = new Stream(event_);
    const std::lock_guard lock(mutex_);
    ranges_[range].push_back(stream);
    return stream;
  }

  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                    grpc::ByteBuffer* response) override {
    const std::lock_guard lock(mutex_);
    std::array<std::thread, kThreads> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads[t] = std::thread([this, t] {
        for (std::size_t range = t; range < kRanges; range += kThreads) {
          for (Stream* stream : ranges_[range]) stream->Tell();
        }
      });
    }
    for (std::thread& thread : threads) thread.detach();
    const grpc::Slice empty;
    *response = grpc::ByteBuffer(&empty, 1);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const grpc::ByteBuffer event_ = Event();
  std::mutex mutex_;
  std::array<std::vector<Stream*>, kRanges> ranges_;
};

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 2) {
    std::cerr << "usage: bare_watch PORTS_FILE\n";
    return 64;
  }
  taskgateway::bench::BareWatch service;
  return taskgateway::bench::Serve(service, argv[1]);
}

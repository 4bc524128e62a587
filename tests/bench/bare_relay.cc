// The least that a gateway can do with an uncached GetTask: bare_echo raw, whose calls each wait for a request of
// bare_get on another thread. It decodes nothing, and answers what was made before.
//
//   bare_relay PORTS_FILE HOST:PORT TASK_ID    asks the simulator at HOST:PORT; writes {"grpc": port} to the file when
//   it
//                                              serves, until it is killed
//
// For each line on standard input it answers a line: nanoseconds of CPU time spent on signing so far.
#include <curl/curl.h>
#include <sched.h>

#include <atomic>
#include <cstdint>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/bench/bare_server.h"
#include "tests/bench/bare_task.h"
#include "tests/bench/signed_headers.h"

namespace taskgateway::bench {
namespace {

constexpr long kMaxConnections = 256;

// Asks the simulator for one task, once for each call, and answers the calls, on a thread of its own.
class Upstream {
 public:
  Upstream(const std::string& host, const std::string& task_id)
      : headers_("barerela", host, task_id), url_(headers_.url()) {
    // Of its own accord libcurl keeps four for each handle that it works on, and now and then that is none.
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxConnections);
  }

  // Any thread.
  void Ask(grpc::ServerUnaryReactor* call) {
    bool wake;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(call);
      wake = std::exchange(idle_, false);
    }
    if (wake) curl_multi_wakeup(multi_);
  }

  [[noreturn]] void Run() {
    std::vector<grpc::ServerUnaryReactor*> calls;
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        calls.swap(calls_);
        idle_ = calls.empty();
      }
      if (calls.empty()) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
      for (grpc::ServerUnaryReactor* const call : calls) Send(call);
      calls.clear();
      int running;
      curl_multi_perform(multi_, &running);
      Collect();
      for (grpc::ServerUnaryReactor* const call : answered_) call->Finish(grpc::Status::OK);
      answered_.clear();
      signing_ = headers_.cpu_nanoseconds();
    }
  }

  std::int64_t signing_nanoseconds() const { return signing_; }

 private:
  struct Transfer {
    CURL* easy = curl_easy_init();
    grpc::ServerUnaryReactor* call = nullptr;
    Headers headers;
    std::string body;
  };

  void Send(grpc::ServerUnaryReactor* call) {
    if (idle_transfers_.empty()) idle_transfers_.push_back(NewTransfer());
    Transfer& transfer = *idle_transfers_.back().release();
    idle_transfers_.pop_back();
    transfer.call = call;
    transfer.headers = headers_.Next(std::move(transfer.headers));
    transfer.body.clear();
    curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_multi_add_handle(multi_, transfer.easy);
  }

  std::unique_ptr<Transfer> NewTransfer() const {
    auto transfer = std::make_unique<Transfer>();
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer.get());
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer.get());
    curl_easy_setopt(
        transfer->easy, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t size, void* self) {
          static_cast<Transfer*>(self)->body.append(bytes, size);
          return size;
        });
    return transfer;
  }

  void Collect() {
    int queued;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      long status = 0;
      curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
      if (message->data.result != CURLE_OK || status != 200) std::cerr << "bare_relay: HTTP " << status << std::endl;
      curl_multi_remove_handle(multi_, transfer->easy);
      answered_.push_back(transfer->call);
      idle_transfers_.emplace_back(transfer);
    }
  }

  SignedHeaders headers_;
  const std::string url_;
  CURLM* const multi_ = curl_multi_init();
  std::vector<std::unique_ptr<Transfer>> idle_transfers_;
  std::vector<grpc::ServerUnaryReactor*> answered_;
  std::atomic<std::int64_t> signing_ = 0;
  std::mutex mutex_;
  bool idle_ = false;                             // guarded by mutex_
  std::vector<grpc::ServerUnaryReactor*> calls_;  // guarded by mutex_
};

class Relay final : public v1::TaskService::WithRawCallbackMethod_GetTask<v1::TaskService::CallbackService> {
 public:
  explicit Relay(Upstream& upstream) : upstream_(upstream) {}

  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    v1::GetTaskRequest message;
    grpc::ByteBuffer bytes(*request);
    const grpc::Status parsed = grpc::SerializationTraits<v1::GetTaskRequest>::Deserialize(&bytes, &message);
    if (!parsed.ok()) {
      reactor->Finish(parsed);
      return reactor;
    }
    *response = grpc::ByteBuffer(&reply_, 1);
    upstream_.Ask(reactor);
    return reactor;
  }

 private:
  const grpc::Slice reply_{BareTask().SerializeAsString()};
  Upstream& upstream_;
};

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bare_relay PORTS_FILE HOST:PORT TASK_ID\n";
    return 64;
  }
  // As the gateway does it.
  const sched_param parameters{};
  sched_setscheduler(0, SCHED_BATCH, &parameters);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  // Until the process is killed.
  auto& upstream = *new taskgateway::bench::Upstream(argv[2], argv[3]);
  std::thread([&upstream] { upstream.Run(); }).detach();
  std::thread([&upstream] {
    for (std::string line; std::getline(std::cin, line);) std::cout << upstream.signing_nanoseconds() << std::endl;
  }).detach();
  taskgateway::bench::Relay service(upstream);
  return taskgateway::bench::Serve(service, argv[1]);
}

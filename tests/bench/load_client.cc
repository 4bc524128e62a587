#include "tests/bench/load_client.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/time/clock.h"
#include "taskgateway/v1/task_service.pb.h"

namespace taskgateway::bench {
namespace {

constexpr char kMethod[] = "/taskgateway.v1.TaskService/GetTask";
// Callers have a deadline; nothing here comes near it.
constexpr std::chrono::seconds kDeadline(10);

grpc::ByteBuffer RequestFor(const std::string& task_name, Freshness freshness) {
  v1::GetTaskRequest request;
  request.set_name(task_name);
  if (freshness == Freshness::kUncached) request.mutable_max_staleness();  // 0: never from what was read before
  const grpc::Slice bytes(request.SerializeAsString());
  return grpc::ByteBuffer(&bytes, 1);
}

}  // namespace

struct LoadClient::Call {
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
  grpc::ByteBuffer reply;
  grpc::Status status;
  absl::Time begin;
};

LoadClient::LoadClient(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       const std::vector<std::string>& task_names, Freshness freshness, std::size_t outstanding)
    : stub_(grpc::CreateChannel(address, credentials)) {
  for (const std::string& name : task_names) requests_.push_back(RequestFor(name, freshness));
  for (std::size_t i = 0; i < outstanding; ++i) calls_.push_back(std::make_unique<Call>());
}

LoadClient::~LoadClient() {
  queue_.Shutdown();
  void* tag = nullptr;
  for (bool ok; queue_.Next(&tag, &ok);) {
  }
}

void LoadClient::Start(Call& call) {
  call.reader.reset();
  call.begin = absl::Now();
  call.context.emplace();
  call.context->set_deadline(std::chrono::system_clock::now() + kDeadline);
  call.reply.Clear();
  call.reader = stub_.PrepareUnaryCall(&*call.context, kMethod, requests_[next_request_], &queue_);
  next_request_ = (next_request_ + 1) % requests_.size();
  call.reader->StartCall();
  call.reader->Finish(&call.reply, &call.status, &call);
}

Load LoadClient::Run(absl::Duration time) {
  Load load;
  latencies_.clear();
  const absl::Time begin = absl::Now();
  for (const std::unique_ptr<Call>& call : calls_) Start(*call);
  void* tag = nullptr;
  bool ok = false;
  for (std::size_t left = calls_.size(); left > 0 && queue_.Next(&tag, &ok);) {
    Call& call = *static_cast<Call*>(tag);
    ++load.calls;
    const absl::Time now = absl::Now();
    latencies_.push_back(now - call.begin);
    if (!call.status.ok()) {
      ++load.failed;
      load.failure = call.status.error_message();
    }
    if (now - begin < time) {
      Start(call);
    } else {
      --left;
    }
  }
  load.elapsed = absl::Now() - begin;
  const auto p99 = latencies_.begin() + static_cast<std::ptrdiff_t>(latencies_.size() * 99 / 100);
  std::nth_element(latencies_.begin(), p99, latencies_.end());
  load.p99 = *p99;
  return load;
}

}  // namespace taskgateway::bench

#include "tests/bench/watch_client.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "absl/time/clock.h"

namespace taskgateway::bench {
namespace {

constexpr int kConnections = 4;
constexpr std::chrono::seconds kPatience(20);

}  // namespace

class WatchClient::Watch final : public grpc::ClientReadReactor<v1::WatchTasksResponse> {
 public:
  Watch(WatchClient& client, v1::TaskService::Stub& stub, const v1::WatchTasksRequest& request) : client_(client) {
    stub.async()->WatchTasks(&context_, &request, this);
    StartRead(&event_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    // Heartbeats are no news.
    if (event_.has_snapshot() || event_.has_changed()) {
      const std::size_t place = client_.events_.fetch_add(1);
      const std::size_t last = client_.heard_.size() - 1;
      client_.heard_[std::min(place, last)] = absl::Now();
      if (place == last) client_.all_heard_.release();
    }
    StartRead(&event_);
  }
  void OnDone(const grpc::Status&) override { client_.ended_.fetch_add(1); }

  WatchClient& client_;
  grpc::ClientContext context_;
  v1::WatchTasksResponse event_;
};

WatchClient::WatchClient(const std::string& address, const std::string& task_name, std::size_t watches)
    : task_name_(task_name), heard_(watches) {
  v1::WatchTasksRequest request;
  request.add_targets()->set_name(task_name);
  for (int i = 0; i < kConnections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    channels_.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
  stub_ = v1::TaskService::NewStub(channels_.front());
  for (std::size_t i = 0; i < watches; ++i) {
    const auto stub = v1::TaskService::NewStub(channels_[i % kConnections]);
    watches_.push_back(std::make_unique<Watch>(*this, *stub, request));
  }
  AwaitEvents();
}

WatchClient::~WatchClient() {
  for (const auto& watch : watches_) watch->Cancel();
  while (ended_.load() < watches_.size()) std::this_thread::yield();
}

absl::Duration WatchClient::FanOut() {
  events_.store(0);
  const absl::Time begin = absl::Now();
  grpc::ClientContext context;
  v1::GetTaskRequest request;
  request.set_name(task_name_);
  request.mutable_max_staleness();
  v1::Task task;
  stub_->GetTask(&context, request, &task);
  AwaitEvents();
  return heard_[heard_.size() * 99 / 100] - begin;
}

void WatchClient::AwaitEvents() {
  if (all_heard_.try_acquire_for(kPatience)) return;
  std::cerr << "bench_watch: " << events_.load() << " of " << heard_.size() << " watches have heard\n";
  std::exit(1);
}

}  // namespace taskgateway::bench

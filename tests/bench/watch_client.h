// A gRPC client with many watches of one task.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <semaphore>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::bench {

class WatchClient {
 public:
  // Watches `task_name` `watches` times over 4 connections to `address`, and waits until each has had an event.
  WatchClient(const std::string& address, const std::string& task_name, std::size_t watches);
  // Cancels the watches and waits for their ends.
  ~WatchClient();

  // Reads the task anew, which changes it, and waits until every watch has been told. How long it took from the call on
  // until 99 of 100 knew. Ends this process when that takes more than 20 s.
  absl::Duration FanOut();

 private:
  class Watch;

  void AwaitEvents();

  const std::string task_name_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::unique_ptr<v1::TaskService::Stub> stub_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::vector<absl::Time> heard_;  // in the order of arrival
  std::atomic<std::size_t> events_ = 0;
  std::binary_semaphore all_heard_{0};
  std::atomic<std::size_t> ended_ = 0;
};

}  // namespace taskgateway::bench

// A TaskService that answers from a table, on a free loopback port.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/base/mutex.h"
#include "google/rpc/error_details.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::taskctl {

class FakeTaskService final : public v1::TaskService::Service {
 public:
  explicit FakeTaskService(
      const std::shared_ptr<grpc::ServerCredentials>& credentials = grpc::InsecureServerCredentials()) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", credentials, &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  // What grpc.health.v1 says of a service; at first only `""` is known, and serving.
  void SetHealth(const std::string& service, bool serving) {
    server_->GetHealthCheckService()->SetServingStatus(service, serving);
  }

  std::string address() const { return "localhost:" + std::to_string(port_); }

  // Set up before the first call.
  std::map<std::string, v1::Task> tasks;              // by requested name
  std::map<std::string, google::rpc::Status> errors;  // by requested name; neither: TASK_NOT_FOUND
  grpc::Status batch_error;                           // of BatchGetTasks as a whole
  v1::ListSourcesResponse sources;

  // What WaitTask answers, in turn; the last one is repeated.
  struct WaitAnswer {
    v1::WaitTaskResponse response;
    grpc::Status status;
  };
  std::vector<WaitAnswer> wait_answers;
  // What WatchTasks tells, a stream each; the last one is repeated.
  struct WatchAnswer {
    std::vector<v1::WatchTasksResponse> events;
    grpc::Status status;
  };
  std::vector<WatchAnswer> watch_answers;
  // What ReadTaskLogs sends, a stream each; the last one is repeated.
  struct LogAnswer {
    std::vector<v1::ReadTaskLogsResponse> chunks;
    grpc::Status status;
  };
  std::vector<LogAnswer> log_answers;
  std::vector<v1::ListTasksResponse> pages;  // of ListTasks; the token of page `n` is `n`
  // Called within WaitTask, WatchTasks and ReadTaskLogs, behind what they answer.
  std::function<void()> on_follow = [] {};

  std::vector<v1::WaitTaskRequest> waits() const {
    base::MutexLock lock(mutex_);
    return waits_;
  }
  std::vector<v1::ReadTaskLogsRequest> log_reads() const {
    base::MutexLock lock(mutex_);
    return log_reads_;
  }
  std::vector<v1::WatchTasksRequest> watches() const {
    base::MutexLock lock(mutex_);
    return watches_;
  }
  std::vector<v1::ListTasksRequest> lists() const {
    base::MutexLock lock(mutex_);
    return lists_;
  }
  std::vector<v1::GetTaskRequest> gets() const {
    base::MutexLock lock(mutex_);
    return gets_;
  }
  std::vector<v1::BatchGetTasksRequest> batches() const {
    base::MutexLock lock(mutex_);
    return batches_;
  }

  grpc::Status GetTask(grpc::ServerContext*, const v1::GetTaskRequest* request, v1::Task* answer) override {
    base::MutexLock lock(mutex_);
    gets_.push_back(*request);
    const google::rpc::Status status = Look(request->name(), *answer);
    return {static_cast<grpc::StatusCode>(status.code()), status.message(), status.SerializeAsString()};
  }

  grpc::Status BatchGetTasks(grpc::ServerContext*, const v1::BatchGetTasksRequest* request,
                             v1::BatchGetTasksResponse* answer) override {
    base::MutexLock lock(mutex_);
    batches_.push_back(*request);
    if (!batch_error.ok()) return batch_error;
    for (int i = 0; i < request->names_size(); ++i) {
      v1::Task task;
      const google::rpc::Status status = Look(request->names(i), task);
      if (status.code() == 0) {
        *answer->add_tasks() = task;
        continue;
      }
      auto& failure = *answer->add_failures();
      failure.set_name(request->names(i));
      failure.set_index(i);
      *failure.mutable_status() = status;
    }
    return grpc::Status::OK;
  }

  grpc::Status WaitTask(grpc::ServerContext*, const v1::WaitTaskRequest* request,
                        v1::WaitTaskResponse* answer) override {
    base::MutexLock lock(mutex_);
    waits_.push_back(*request);
    const WaitAnswer& next = wait_answers[std::min(waits_.size(), wait_answers.size()) - 1];
    *answer = next.response;
    on_follow();
    return next.status;
  }

  grpc::Status WatchTasks(grpc::ServerContext*, const v1::WatchTasksRequest* request,
                          grpc::ServerWriter<v1::WatchTasksResponse>* stream) override {
    base::MutexLock lock(mutex_);
    watches_.push_back(*request);
    const WatchAnswer& next = watch_answers[std::min(watches_.size(), watch_answers.size()) - 1];
    for (const v1::WatchTasksResponse& event : next.events) stream->Write(event);
    on_follow();
    return next.status;
  }

  grpc::Status ReadTaskLogs(grpc::ServerContext*, const v1::ReadTaskLogsRequest* request,
                            grpc::ServerWriter<v1::ReadTaskLogsResponse>* stream) override {
    base::MutexLock lock(mutex_);
    log_reads_.push_back(*request);
    const LogAnswer& next = log_answers[std::min(log_reads_.size(), log_answers.size()) - 1];
    for (const v1::ReadTaskLogsResponse& chunk : next.chunks) stream->Write(chunk);
    on_follow();
    return next.status;
  }

  grpc::Status ListTasks(grpc::ServerContext*, const v1::ListTasksRequest* request,
                         v1::ListTasksResponse* answer) override {
    base::MutexLock lock(mutex_);
    lists_.push_back(*request);
    *answer = pages[request->page_token().empty() ? 0 : std::stoul(request->page_token())];
    return grpc::Status::OK;
  }

  grpc::Status CancelTask(grpc::ServerContext*, const v1::CancelTaskRequest* request, v1::Task* answer) override {
    base::MutexLock lock(mutex_);
    const google::rpc::Status status = Look(request->name(), *answer);
    return {static_cast<grpc::StatusCode>(status.code()), status.message(), status.SerializeAsString()};
  }

  grpc::Status ListSources(grpc::ServerContext*, const v1::ListSourcesRequest*,
                           v1::ListSourcesResponse* answer) override {
    *answer = sources;
    return grpc::Status::OK;
  }

 private:
  google::rpc::Status Look(const std::string& name, v1::Task& answer) const {
    google::rpc::Status status;
    if (const auto task = tasks.find(name); task != tasks.end()) {
      answer = task->second;
    } else if (const auto error = errors.find(name); error != errors.end()) {
      status = error->second;
    } else {
      status.set_code(grpc::StatusCode::NOT_FOUND);
      status.set_message("no such task");
      google::rpc::ErrorInfo error_info;
      error_info.set_reason("TASK_NOT_FOUND");
      error_info.set_domain("taskgateway");
      std::ignore = status.add_details()->PackFrom(error_info);
    }
    return status;
  }

  mutable base::Mutex mutex_;
  std::vector<v1::GetTaskRequest> gets_;
  std::vector<v1::BatchGetTasksRequest> batches_;
  std::vector<v1::WaitTaskRequest> waits_;
  std::vector<v1::WatchTasksRequest> watches_;
  std::vector<v1::ReadTaskLogsRequest> log_reads_;
  std::vector<v1::ListTasksRequest> lists_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;  // last: stops before the rest goes
};

}  // namespace taskgateway::taskctl

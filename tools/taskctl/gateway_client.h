// The calls that taskctl makes. Blocking; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tools/taskctl/command_line.h"
#include "tools/taskctl/live_call.h"
#include "tools/taskctl/settings.h"

namespace taskgateway::taskctl {

class GatewayClient {
 public:
  // Connects with the first call; `settings.timeout`, or 30 s, starts now and holds for all calls but WaitTask and
  // WatchTasks together. INVALID_ARGUMENT when a TLS file cannot be read.
  static absl::StatusOr<GatewayClient> Create(const Settings& settings);

  // Each answers with the call's status, details included; `answer` is filled when it is OK.
  google::rpc::Status GetTask(const GetCommand& command, v1::Task& answer);
  // Asks for 100 names at a time, so with another status than OK `answer` has what was read before. Failures of single
  // names are in `answer`, `index` counting over all of `command.names`.
  google::rpc::Status BatchGetTasks(const GetCommand& command, v1::BatchGetTasksResponse& answer);
  google::rpc::Status ListSources(v1::ListSourcesResponse& answer);
  // Asks grpc.health.v1 about a service; `serving` is whether it says SERVING.
  google::rpc::Status CheckHealth(const HealthCommand& command, bool& serving);
  // Asks for page after page, up to `command.limit` tasks; with a page token when there are more.
  google::rpc::Status ListTasks(const ListCommand& command, v1::ListTasksResponse& answer);
  google::rpc::Status CancelTask(const CancelCommand& command, v1::Task& answer);
  // CANCELLED when `keep_going` gave it up. Ends within `limit`.
  google::rpc::Status WaitTask(const v1::WaitTaskRequest& request, absl::Duration limit, const KeepGoing& keep_going,
                               v1::WaitTaskResponse& answer);
  // Hands over each event, in this thread; answers when the stream has ended.
  google::rpc::Status WatchTasks(const v1::WatchTasksRequest& request, const KeepGoing& keep_going,
                                 const std::function<void(const v1::WatchTasksResponse&)>& on_event);
  // Likewise for a log; it has no deadline either.
  google::rpc::Status ReadTaskLogs(const v1::ReadTaskLogsRequest& request, const KeepGoing& keep_going,
                                   const std::function<void(const v1::ReadTaskLogsResponse&)>& on_chunk);

 private:
  GatewayClient(std::shared_ptr<grpc::Channel> channel, std::chrono::system_clock::time_point deadline);

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TaskService::Stub> stub_;
  std::chrono::system_clock::time_point deadline_;
};

}  // namespace taskgateway::taskctl

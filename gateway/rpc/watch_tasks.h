// TaskService.WatchTasks.
#pragma once

#include <memory>
#include <vector>

#include "gateway/rpc/stream_call.h"
#include "gateway/tasks/task_watch.h"
#include "grpcpp/grpcpp.h"

namespace taskgateway::rpc {

// What WatchTasks asks for.
struct WatchOrder {
  std::vector<tasks::WatchTarget> targets;  // names that are the same are folded
  absl::Duration heartbeat_interval;
};

// Error: INVALID_ARGUMENT. An unknown source is no error here: its name leaves the stream.
absl::StatusOr<WatchOrder> ToWatch(const v1::WatchTasksRequest& request, const tasks::Sources& sources);

// One stream; a watch fills its outbox.
class WatchTasksCall final : public StreamCall {
 public:
  // `lane` as of Receiver.
  WatchTasksCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, WatchOrder order, std::size_t lane);

  void Deliver() override;

 private:
  void Open() override;
  void Shut() override { watch_.reset(); }
  void Written() override { outbox_.Written(); }
  void Cancel() override { outbox_.Cancel(); }
  void Drain() override { watch_->Close(v1::WatchClosing::DRAINING); }
  void Stop() override { Drain(); }

  WatchOrder order_;
  tasks::WatchOutbox outbox_;
  std::unique_ptr<tasks::TaskWatch> watch_;  // loop thread
};

}  // namespace taskgateway::rpc

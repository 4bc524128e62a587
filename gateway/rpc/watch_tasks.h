// TaskService.WatchTasks.
#pragma once

#include <memory>
#include <vector>

#include "gateway/rpc/read_request.h"
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

// One stream. What there is to tell is in the outbox; whoever is told that there may be something writes the next
// message, unless one is under way. The watch belongs to the loop; gRPC's threads and the fan-out's touch only the
// outbox. Lives until gRPC and the loop are done with it.
class WatchTasksCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                             public tasks::Receiver,
                             public OpenCalls::Call,
                             public std::enable_shared_from_this<WatchTasksCall> {
 public:
  // `lane` as of Receiver.
  WatchTasksCall(const Tasks& tasks, WatchOrder order, std::size_t lane);

  // Posts Begin. gRPC's thread, once, before the reactor is handed to gRPC.
  void Launch();

  void Deliver() override;
  std::size_t lane() const override { return lane_; }

 private:
  void Begin();
  void End();
  void Drain() override { watch_->Close(v1::WatchClosing::DRAINING); }
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  // gRPC would hand OnDone to a thread of its executor, which costs more than it does.
  bool InternalInlineable() override { return true; }

  const Tasks tasks_;
  WatchOrder order_;
  const std::size_t lane_;
  tasks::WatchOutbox outbox_;
  std::unique_ptr<tasks::TaskWatch> watch_;  // loop thread
  grpc::ByteBuffer message_;                 // of whoever took it from the outbox, until it is written
  std::shared_ptr<WatchTasksCall> self_;     // until OnDone
};

}  // namespace taskgateway::rpc

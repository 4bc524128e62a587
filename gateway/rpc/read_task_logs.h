// TaskService.ReadTaskLogs.
#pragma once

#include <memory>

#include "gateway/rpc/read_request.h"
#include "gateway/tasks/task_log_read.h"

namespace taskgateway::rpc {

// What ReadTaskLogs asks for.
struct LogOrder {
  tasks::FollowTarget target;
  tasks::LogTerms terms;
};

// Errors: INVALID_ARGUMENT, NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<LogOrder> ToReadLogs(const v1::ReadTaskLogsRequest& request, const tasks::Sources& sources);

// One stream, in the way of WatchTasksCall; long stretches of hashing go to the executor.
class ReadTaskLogsCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                               public tasks::Receiver,
                               public OpenCalls::Call,
                               public std::enable_shared_from_this<ReadTaskLogsCall> {
 public:
  // `lane` as of Receiver.
  ReadTaskLogsCall(const Tasks& tasks, LogOrder order, std::size_t lane);

  // Posts Begin. gRPC's thread, once, before the reactor is handed to gRPC.
  void Launch();

  void Deliver() override;
  std::size_t lane() const override { return lane_; }

 private:
  void Begin();
  void End();
  void Drain() override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  // gRPC would hand OnDone to a thread of its executor, which costs more than it does.
  bool InternalInlineable() override { return true; }

  const Tasks tasks_;
  const tasks::FollowTarget target_;
  const bool follow_;
  const std::size_t lane_;
  tasks::LogOutbox outbox_;
  std::unique_ptr<tasks::TaskLogRead> read_;  // loop thread
  bool gone_ = false;                         // loop thread: nobody reads any more
  grpc::ByteBuffer message_;                  // of whoever took it from the outbox, until it is written
  std::shared_ptr<ReadTaskLogsCall> self_;    // until OnDone
};

}  // namespace taskgateway::rpc

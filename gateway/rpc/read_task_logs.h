// TaskService.ReadTaskLogs.
#pragma once

#include <memory>

#include "gateway/rpc/stream_call.h"
#include "gateway/tasks/task_log_read.h"

namespace taskgateway::rpc {

// What ReadTaskLogs asks for.
struct LogOrder {
  tasks::FollowTarget target;
  tasks::LogTerms terms;
};

// Errors: INVALID_ARGUMENT, NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<LogOrder> ToReadLogs(const v1::ReadTaskLogsRequest& request, const tasks::Sources& sources);

// One stream; a read of the log fills its outbox. Long stretches of hashing go to the executor.
class ReadTaskLogsCall final : public StreamCall {
 public:
  // `lane` as of Receiver.
  ReadTaskLogsCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, LogOrder order, std::size_t lane);

  void Deliver() override;

 private:
  void Open() override;
  void Shut() override { read_.reset(); }
  void Written() override { outbox_.Written(); }
  void Cancel() override { outbox_.Cancel(); }
  // A log read has no answer of its own for that: whoever is cut resumes.
  void Drain() override {}
  void Stop() override;

  const tasks::FollowTarget target_;
  const tasks::LogBuffers::Wish wish_;
  tasks::LogOutbox outbox_;
  std::unique_ptr<tasks::TaskLogRead> read_;  // loop thread
};

}  // namespace taskgateway::rpc

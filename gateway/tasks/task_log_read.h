// One caller who reads a log.
#pragma once

#include <memory>

#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/log_buffers.h"
#include "gateway/tasks/log_outbox.h"
#include "gateway/tasks/task_follower.h"

namespace taskgateway::tasks {

// Finds the task's source, if need be, and puts what becomes of its log into the reader's outbox. A search that fails
// for a passing reason is repeated for a follower, and ends the read else. Belongs to the loop thread.
class TaskLogRead final : private LogObserver {
 public:
  // Fills `outbox` and has `receiver` told by `fan_out`, for as long as the read lives. All of them outlive it.
  TaskLogRead(const Following& following, LogBuffers& buffers, FanOut& fan_out, FollowTarget target,
              const LogBuffers::Wish& wish, LogOutbox& outbox, std::weak_ptr<Receiver> receiver);
  ~TaskLogRead() override;
  TaskLogRead(const TaskLogRead&) = delete;
  TaskLogRead& operator=(const TaskLogRead&) = delete;

  // Begins, once.
  void Start();
  // Ends the stream with `status`.
  void Fail(const absl::Status& status) { OnFailure(status); }

 private:
  void OnLog(const std::string& name, const SharedLog& log, const LogPoint& difference, bool done) override;
  void OnFailure(const absl::Status& status) override;
  void Search();
  void Read(Source& source);
  void KeepAlive();
  void Notify();

  const Following following_;
  LogBuffers& buffers_;
  FanOut& fan_out_;
  const FollowTarget target_;
  const LogBuffers::Wish wish_;
  LogOutbox& outbox_;
  const std::weak_ptr<Receiver> receiver_;
  TaskFinder::FindId search_ = 0;
  base::EventLoop::TimerId search_again_ = base::EventLoop::kNoTimer;
  base::EventLoop::TimerId keep_alive_ = base::EventLoop::kNoTimer;
  LogBuffers::Subscription subscription_;
};

}  // namespace taskgateway::tasks

// One caller who watches tasks.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/resume_token.h"
#include "gateway/tasks/task_follower.h"
#include "gateway/tasks/watch_outbox.h"

namespace taskgateway::tasks {

// One name of a watch.
struct WatchTarget {
  std::string requested_name;
  FollowTarget target;
  absl::Status unknown_source;  // not OK: the name leaves the stream with it
  std::optional<ResumePoint> resume_from = {};
};

// Follows the targets and puts what happens to them into the watcher's outbox. Belongs to the loop thread.
class TaskWatch {
 public:
  // Fills `outbox` and has `receiver` told by `fan_out`, for as long as the watch lives. All of them outlive it. The
  // targets of `outbox` are those of OutboxTargets.
  TaskWatch(const Following& following, FanOut& fan_out, std::vector<WatchTarget> targets,
            absl::Duration heartbeat_interval, WatchOutbox& outbox, std::weak_ptr<Receiver> receiver);
  ~TaskWatch();
  TaskWatch(const TaskWatch&) = delete;
  TaskWatch& operator=(const TaskWatch&) = delete;

  static std::vector<WatchOutbox::Target> OutboxTargets(const std::vector<WatchTarget>& targets);

  // Begins, once.
  void Start();
  // Ends the stream behind what is pending.
  void Close(v1::WatchClosing::Reason reason);

 private:
  // One target and the news of it.
  class Followed;

  void OnNews(Followed& followed, const PollNews& news);
  void Heartbeat();
  void Notify();

  const Following following_;
  FanOut& fan_out_;
  const absl::Duration heartbeat_interval_;
  WatchOutbox& outbox_;
  const std::weak_ptr<Receiver> receiver_;
  std::vector<std::unique_ptr<Followed>> followed_;
  std::set<std::string> names_;  // canonical, of the tasks that are followed
  base::EventLoop::TimerId heartbeat_ = base::EventLoop::kNoTimer;
};

}  // namespace taskgateway::tasks

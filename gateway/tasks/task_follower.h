// Follows one task, wherever it is.
#pragma once

#include <string>

#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_poller.h"

namespace taskgateway::tasks {

// What waits and watches are made with. All of it outlives them and belongs to one loop thread.
struct Following {
  upstream::Context& context;
  const Sources& sources;
  TaskFinder& finder;
  TaskPoller& poller;
};

// Which task.
struct FollowTarget {
  Source* source = nullptr;  // a null pointer: whichever source has it
  std::string task_id;
};

// Finds the task's source, if need be, and then subscribes to the task there; a task that is found stays that task.
// Searches that fail for a passing reason count as failed polls and go on. Belongs to the loop thread.
class TaskFollower final : private PollObserver {
 public:
  // `observer` hears the news of search and polls alike. Both references outlive the follower.
  TaskFollower(const Following& following, FollowTarget target, PollObserver& observer);
  ~TaskFollower() override { Stop(); }
  TaskFollower(const TaskFollower&) = delete;
  TaskFollower& operator=(const TaskFollower&) = delete;

  // Begins, once. The observer hears nothing before Start returns.
  void Start();
  // Ends without a word, also within the observer's OnPoll.
  void Stop();
  // How the task stands, as of the last news or later.
  const PollNews& news() const { return subscription_ ? subscription_.news() : search_news_; }

 private:
  void OnPoll(const PollNews& news) override { observer_.OnPoll(news); }
  void Search();
  void Found(absl::StatusOr<SharedReading> found);

  const Following following_;
  const FollowTarget target_;
  PollObserver& observer_;
  PollNews search_news_;
  int failures_ = 0;  // of searches, in a row
  absl::Duration started_;
  TaskFinder::FindId search_ = 0;
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
  TaskPoller::Subscription subscription_;
};

}  // namespace taskgateway::tasks

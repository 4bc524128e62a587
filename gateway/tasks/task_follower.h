// Follows one task, wherever it is.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "gateway/tasks/alias_resolver.h"
#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_poller.h"

namespace taskgateway::tasks {

// What waits and watches are made with. All of it outlives them and belongs to one loop thread.
struct Following {
  upstream::Context& context;
  const Sources& sources;
  TaskFinder& finder;
  TaskPoller& poller;
  AliasResolver& aliases;
};

// Which task.
struct FollowTarget {
  Source* source = nullptr;  // a null pointer: whichever source has it
  std::string task_id;
  // Not empty: in place of `task_id`, the latest task of this product of `source`, unless it was created before
  // `created_after`.
  std::string provisioned_product_id = {};
  absl::Time created_after = absl::InfinitePast();
};

// Finds the task's source, or the task of an alias, if need be, and then subscribes to the task there; a task that is
// found stays that task. Searches that fail for a passing reason, such as an alias of no task yet, count as failed
// polls and go on. Belongs to the loop thread.
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
  const PollNews& news() const { return settled_ ? subscription_.news() : search_news_; }

 private:
  void OnPoll(const PollNews& news) override;
  void Search();
  void Found(absl::StatusOr<SharedReading> found);
  void Resolved(absl::StatusOr<std::string> task_id);
  void Missed(absl::Status status, bool permanent);
  bool IsEarlier(const Reading& reading) const;

  const Following following_;
  const FollowTarget target_;
  PollObserver& observer_;
  PollNews search_news_;
  int failures_ = 0;  // of searches, in a row
  absl::Duration started_;
  TaskFinder::FindId search_ = 0;
  AliasResolver::ResolveId resolve_ = 0;
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
  TaskPoller::Subscription subscription_;
  bool settled_ = false;  // subscribed to the task that it is about
};

}  // namespace taskgateway::tasks

// One caller who waits for a task.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gateway/tasks/task_follower.h"
#include "taskgateway/v1/wait_task.pb.h"

namespace taskgateway::tasks {

// What a caller waits for.
struct WaitTerms {
  std::optional<absl::Duration> timeout = {};          // none: as long as deadline and limit allow
  absl::Duration deadline = absl::InfiniteDuration();  // of the call, Uptime
  absl::Duration limit = absl::Seconds(50);            // the server's: no longer than connections get when they close
  std::string until_etag_changes_from = {};            // empty: only the end counts
};

// How a wait ended.
struct WaitResult {
  absl::Status status;  // what follows counts when it is OK
  SharedReading reading;
  v1::WaitTaskResponse::Outcome outcome = v1::WaitTaskResponse::OUTCOME_UNSPECIFIED;
  absl::Duration retry_delay;  // when asking again makes sense; counts when the task is not done
};

// Ends when the task is done, when its etag has changed, or when the time is over; in the latter case with the latest
// reading, or UNAVAILABLE with the last error when there was none. The answer comes 250 ms before the call's deadline;
// a call that has less than that left is answered from the cache at once. Only a permanent failure ends it early.
// Belongs to the loop thread.
class TaskWait final : private PollObserver {
 public:
  using Done = std::function<void(WaitResult)>;

  // `following` and the cache outlive the wait.
  TaskWait(const Following& following, TaskCache& cache, FollowTarget target, WaitTerms terms, Done done);
  ~TaskWait() override;
  TaskWait(const TaskWait&) = delete;
  TaskWait& operator=(const TaskWait&) = delete;

  // Begins, once. `done` is called once and may destroy the wait; never before Start returns.
  void Start();
  // Time is over now, if there is a reading to answer with. Only before the end.
  void Drain();
  // Time is over now: UNAVAILABLE SHUTTING_DOWN without a reading. Only before the end.
  void Stop();

 private:
  void OnPoll(const PollNews& news) override;
  void OnTime();
  void EndWithLatest();
  void End(WaitResult result);
  // How the wait ends with a reading; nothing when it does not yet.
  std::optional<v1::WaitTaskResponse::Outcome> OutcomeOf(const Reading& reading) const;

  const Following following_;
  TaskCache& cache_;
  const FollowTarget target_;
  const WaitTerms terms_;
  Done done_;
  TaskFollower follower_;
  absl::Duration first_reading_by_;  // Uptime
  bool overdue_ = false;             // the time is over, only the first reading is missing
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
};

}  // namespace taskgateway::tasks

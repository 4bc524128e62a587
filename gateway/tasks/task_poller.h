// Reads of tasks on schedule, for those who wait.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_key.h"
#include "gateway/tasks/task_reader.h"
#include "gateway/tasks/task_update.h"

namespace taskgateway::tasks {

inline constexpr int kFailuresUntilUnreachable = 3;
// A server's wish to be left alone stretches an interval up to this; budget and breaker keep to longer ones.
inline constexpr absl::Duration kMaxRetryDelay = absl::Seconds(60);

// How a polled task stands.
struct PollNews {
  SharedReading reading;  // the last one; a null pointer when there was none
  SharedUpdate update;    // the change that brought its etag; set when `reading` is
  absl::Status trouble;   // why the last poll failed; OK when `reading` is its result
  // The task cannot be read any more (not found, denied): polling has ended.
  bool permanent = false;
  // It is permanent, or three polls in a row have failed.
  bool unreachable = false;
  // Uptime; infinite when polling has ended.
  absl::Duration next_poll = absl::InfiniteDuration();
};

// A task that is polled, as of the moment.
struct PolledTask {
  const Source& source;
  const std::string& task_id;
  const PollNews& news;
  std::size_t subscribers;  // 0: it is polled on for a while
};

// Hears of a polled task. Loop thread.
class PollObserver {
 public:
  virtual ~PollObserver() = default;

  // There is a reading with another etag, or a poll has failed, or one has succeeded again. May end its own and any
  // other subscription, and begin others.
  virtual void OnPoll(const PollNews& news) = 0;
};

// One schedule per task, however many subscribers. Belongs to the reader's loop thread.
//
// A task is read when its first subscriber comes (a reading of the last second will do), then at the interval of
// poll_interval.h, 10 % more or less by chance, until it is done, cannot be read any more, or has had no subscriber for
// 10 s. Whatever other reads bring counts as a poll, so subscribers are never behind them. Failures that may pass never
// end a schedule. Polls go behind other reads when the budget is short.
class TaskPoller {
  struct Poll;

 public:
  // A subscriber's place; ends with the object. Must not outlive the poller.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept { *this = std::move(other); }
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription() { End(); }

    explicit operator bool() const { return poll_ != nullptr; }
    // How the task stands now. Only when there is a subscription.
    const PollNews& news() const;
    void End();

   private:
    friend class TaskPoller;
    TaskPoller* poller_ = nullptr;
    Poll* poll_ = nullptr;
    std::uint64_t id_ = 0;
  };

  // Both outlive the poller, which becomes the reader's listener.
  TaskPoller(upstream::Context& context, TaskReader& reader);
  ~TaskPoller();
  TaskPoller(const TaskPoller&) = delete;
  TaskPoller& operator=(const TaskPoller&) = delete;

  // Tells `observer` how the task stands, as soon as that is known but never before Subscribe returns, and then what
  // happens. `observer` outlives the subscription.
  Subscription Subscribe(Source& source, const std::string& task_id, PollObserver& observer);
  // Something has been done to the task: its age counts from now on, so that it is read often again, also when the
  // first subscriber comes within 10 minutes.
  void Restart(Source& source, const std::string& task_id);

  // Calls `visit` for each schedule, which changes none, in an order that is the same every time.
  void ForEach(const std::function<void(const PolledTask&)>& visit) const;
  // Schedules there are.
  std::size_t polls() const { return polls_.size(); }

 private:
  void Leave(Poll& poll, std::uint64_t id);
  void Read(Poll& poll, absl::Duration max_staleness);
  // Tells the source's observer how a poll ended.
  static void Report(const Poll& poll, const absl::Status& status);
  void Heard(Poll& poll, const SharedReading& reading);
  void Failed(Poll& poll, const absl::Status& status);
  void Tell(Poll& poll);
  void EndTelling(Poll& poll);
  // Lets a poll without subscribers go: at once when it is over, else after a while.
  void RemoveUnused(Poll& poll);
  void SetTimer(Poll& poll, absl::Duration least_delay);
  absl::Duration AgeOf(const Poll& poll) const;
  void Remove(Poll& poll);

  upstream::Context& context_;
  TaskReader& reader_;
  struct Restarted {
    absl::Duration at;  // Uptime
    base::EventLoop::TimerId forget = base::EventLoop::kNoTimer;
  };
  std::map<TaskKey, std::unique_ptr<Poll>, TaskKeyLess> polls_;
  std::map<TaskKey, Restarted, TaskKeyLess> restarted_;
  std::uint64_t next_subscription_ = 1;
};

}  // namespace taskgateway::tasks

// Timers and posted work on one thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace taskgateway::base {

// What a loop sleeps in. The curl multi waiter lives in gateway/upstream.
class Waiter {
 public:
  virtual ~Waiter() = default;

  // Handles what is ready, at most once round; else sleeps until something is, Wake is called, or `timeout` has passed.
  // Loop thread only.
  virtual void Wait(absl::Duration timeout) = 0;
  // Ends the current Wait, or the next one, early. Thread-safe.
  virtual void Wake() = 0;
};

// Sleeps on a condition variable: for loops that do no I/O.
class CondVarWaiter final : public Waiter {
 public:
  void Wait(absl::Duration timeout) override;
  void Wake() override;

 private:
  Mutex mutex_;
  CondVar wake_;
  bool woken_ = false;
};

// Runs posted work and timers in the thread that calls Run. Only Post and Stop are thread-safe; all else belongs to the
// loop thread. Code on a loop never blocks and holds no lock while it calls out.
class EventLoop {
 public:
  using Task = std::function<void()>;
  // Names a scheduled task: the moment it is due and its place among those due at the same moment, so that order never
  // depends on addresses.
  using TimerId = std::pair<absl::Duration, std::uint64_t>;
  static constexpr TimerId kNoTimer{};

  // Both outlive the loop.
  EventLoop(const Clock& clock, Waiter& waiter) : clock_(clock), waiter_(waiter) {}
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs `task` on the loop thread, in the order of the posts. After Stop, tasks are kept and dropped unrun with the
  // loop. Thread-safe.
  void Post(Task task);
  // Runs `task` once, `delay` from Now() (at once when it is not positive, but never before Schedule returns).
  TimerId Schedule(absl::Duration delay, Task task);
  // Runs `task` behind the rest of what the loop is at: input, posted tasks, or timers, of which a round has one after
  // the other. In the order of the calls; what deferred tasks defer runs behind them.
  void Defer(Task task) { deferred_.push_back(std::move(task)); }
  // Forgets a scheduled task that has not run yet; anything else is ignored.
  void Cancel(TimerId timer);

  // Runs until Stop.
  void Run();
  // One round: waits at most until the next timer or `limit`, handles input, then runs what was posted and what is
  // due. For tests and the simulation.
  void RunOnce(absl::Duration limit);
  // Makes Run return soon. Thread-safe.
  void Stop();

  const Clock& clock() const { return clock_; }
  // Uptime, read once for all that runs in a row: tasks are short, and a look at the clock costs more than some of
  // them.
  absl::Duration Now() const { return step_began_ ? *step_began_ : clock_.Uptime(); }

 private:
  void RunPosted();
  void RunTimers();
  void RunDeferred();

  const Clock& clock_;
  Waiter& waiter_;
  std::optional<absl::Duration> step_began_;  // Uptime; none while the waiter has the thread, or nobody
  absl::btree_map<TimerId, Task> timers_;
  std::uint64_t next_timer_ = 1;
  std::vector<Task> deferred_;
  std::atomic<bool> stopped_ = false;
  Mutex mutex_;
  bool idle_ = false;          // guarded by mutex_: the loop sleeps or is about to, so a post must wake it
  std::vector<Task> posted_;   // guarded by mutex_
  std::vector<Task> running_;  // loop thread: kept for its capacity
};

}  // namespace taskgateway::base

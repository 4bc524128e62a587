// A loop whose clock stands still until the loop waits, and then jumps to the next timer: an hour of schedule runs in
// microseconds, the same each time.
//
//   VirtualTime time;
//   time.loop.Schedule(absl::Seconds(3), [&] { rang = true; });
//   time.RunFor(absl::Seconds(3));
#pragma once

#include <algorithm>
#include <functional>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_loop.h"

namespace taskgateway::support {

// A clock that moves when it is told to. Belongs to one thread.
class FakeClock final : public base::Clock {
 public:
  absl::Time Now() const override { return now_; }
  absl::Duration Uptime() const override { return uptime_; }

  // Lets time pass.
  void Advance(absl::Duration passed) {
    now_ += passed;
    uptime_ += passed;
  }
  // Sets the calendar alone, as an administrator may.
  void SetNow(absl::Time now) { now_ = now; }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'767'225'600);  // 2026-01-01T00:00:00Z
  absl::Duration uptime_ = absl::Hours(1);
};

// Lets the clock pass the time instead of sleeping, but never beyond `until`.
class VirtualWaiter final : public base::Waiter {
 public:
  explicit VirtualWaiter(FakeClock& clock) : clock_(clock) {}

  void Wait(absl::Duration timeout) override {
    const absl::Duration left = std::max(until - clock_.Uptime(), absl::ZeroDuration());
    idle = timeout > left || timeout == absl::InfiniteDuration();
    forever = timeout == absl::InfiniteDuration();
    if (!idle || left != absl::InfiniteDuration()) clock_.Advance(std::min(timeout, left));
  }
  // Nothing sleeps here. What another thread posts is found in the next round.
  void Wake() override {}

  absl::Duration until;
  bool idle = false;     // the last Wait had nothing to wait for before `until`
  bool forever = false;  // likewise, ever

 private:
  FakeClock& clock_;
};

// A loop on a virtual clock.
struct VirtualTime {
  // Runs all that happens within `passed`, its last moment included; the clock stands there then.
  void RunFor(absl::Duration passed) {
    RunUntil([] { return false; }, passed);
  }
  // Runs what is due at this moment.
  void Settle() { RunFor(absl::ZeroDuration()); }
  // Runs until `done`, asked after each round, or until `limit` has passed; returns whether it is done.
  bool RunUntil(const std::function<bool()>& done, absl::Duration limit) {
    waiter.until = clock.Uptime() + limit;
    do {
      if (done()) return true;
      loop.RunOnce(absl::InfiniteDuration());
    } while (!waiter.idle);
    return done();
  }

  // Whether anything is scheduled, as of the last Run.
  bool HasTimers() const { return !waiter.forever; }

  FakeClock clock;
  VirtualWaiter waiter{clock};
  base::EventLoop loop{clock, waiter};
};

}  // namespace taskgateway::support

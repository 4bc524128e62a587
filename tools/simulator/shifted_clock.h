// The simulator's calendar: the machine's, moved by an offset, so that a client can meet a server whose clock is off.
#pragma once

#include "absl/time/time.h"
#include "gateway/base/clock.h"

namespace taskgateway::simulator {

// Only the calendar moves; uptime, and with it the course of the tasks, does not. The simulator's thread only.
class ShiftedClock final : public base::Clock {
 public:
  // `clock` outlives this one.
  explicit ShiftedClock(const base::Clock& clock) : clock_(clock) {}

  absl::Time Now() const override { return clock_.Now() + offset_; }
  absl::Duration Uptime() const override { return clock_.Uptime(); }

  void set_offset(absl::Duration offset) { offset_ = offset; }
  absl::Duration offset() const { return offset_; }

 private:
  const base::Clock& clock_;
  absl::Duration offset_;
};

}  // namespace taskgateway::simulator

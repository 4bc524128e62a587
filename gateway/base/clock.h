// The one home of time.
#pragma once

#include "absl/time/time.h"

namespace taskgateway::base {

// Where time comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The calendar time; it may jump.
  virtual absl::Time Now() const = 0;
  // Time since some fixed moment; it never goes back. Timers and deadlines are in it.
  virtual absl::Duration Uptime() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Uptime() const override;
};

}  // namespace taskgateway::base

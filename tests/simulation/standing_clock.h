// A clock that does not move.
#pragma once

#include "gateway/base/clock.h"

namespace taskgateway::simulation {

// Shows for ever what `clock` showed when this one was made.
class StandingClock final : public base::Clock {
 public:
  explicit StandingClock(const base::Clock& clock) : now_(clock.Now()), uptime_(clock.Uptime()) {}
  absl::Time Now() const override { return now_; }
  absl::Duration Uptime() const override { return uptime_; }

 private:
  const absl::Time now_;
  const absl::Duration uptime_;
};

}  // namespace taskgateway::simulation

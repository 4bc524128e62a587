// A clock that stands still until a test moves it.
#pragma once

#include "gateway/base/clock.h"

namespace taskgateway::simulator {

class ManualClock final : public base::Clock {
 public:
  absl::Time Now() const override { return start_ + uptime_; }
  absl::Duration Uptime() const override { return uptime_; }
  void Advance(absl::Duration by) { uptime_ += by; }

 private:
  absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);  // 2027-01-15T08:00:00Z
  absl::Duration uptime_ = absl::Hours(1);
};

}  // namespace taskgateway::simulator

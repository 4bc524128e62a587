#include "gateway/base/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace taskgateway::base {

absl::Time SystemClock::Now() const { return absl::Now(); }

absl::Duration SystemClock::Uptime() const {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace taskgateway::base

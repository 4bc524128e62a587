// How fast one source is called, seen from the other side.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "gateway/upstream/budget.h"

namespace taskgateway::simulation {

// Every window of time has at most burst + rate x length requests, and none comes while the source wants to be left
// alone. Moments are Uptime.
class RateWatch {
 public:
  explicit RateWatch(const upstream::BudgetLimits& limits) : limits_(limits), room_(limits.burst) {}

  // A request arrived. Returns whether there was room for it.
  bool Arrived(absl::Duration now) {
    room_ = std::min<double>(limits_.burst, room_ + limits_.requests_per_second * absl::ToDoubleSeconds(now - last_));
    last_ = now;
    room_ -= 1;
    return room_ >= -kRounding;
  }
  // The source said that it wants no request for `hint`.
  void Throttled(absl::Duration now, absl::Duration hint) { closed_until_ = std::max(closed_until_, now + hint); }
  bool IsClosed(absl::Duration now) const { return now < closed_until_; }

 private:
  static constexpr double kRounding = 1e-6;

  const upstream::BudgetLimits limits_;
  double room_;
  absl::Duration last_;
  absl::Duration closed_until_;
};

}  // namespace taskgateway::simulation

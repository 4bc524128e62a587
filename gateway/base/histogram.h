// How long things took, cheap enough for every call.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/time/time.h"
#include "gateway/base/stripe.h"

namespace taskgateway::base {

// Bounds of a histogram: from an answer out of the cache to a wait that lasts.
inline constexpr std::array<absl::Duration, 14> kLatencyBounds = {
    absl::Microseconds(100), absl::Milliseconds(1),  absl::Milliseconds(5),    absl::Milliseconds(10),
    absl::Milliseconds(25),  absl::Milliseconds(50), absl::Milliseconds(100),  absl::Milliseconds(250),
    absl::Milliseconds(500), absl::Seconds(1),       absl::Milliseconds(2500), absl::Seconds(5),
    absl::Seconds(10),       absl::Seconds(60)};

// Counts durations by kLatencyBounds, and adds them up. Threads count in stripes of their own, so that they do not
// fight for a cache line. Thread-safe.
class Histogram {
 public:
  // What was observed. Observations under way may be in one of the numbers and not in the other.
  struct Snapshot {
    // Those up to each bound but above the one before; the last: those above all bounds.
    std::array<std::uint64_t, kLatencyBounds.size() + 1> counts = {};
    absl::Duration sum;

    std::uint64_t count() const;
  };

  void Observe(absl::Duration value);
  Snapshot Value() const;

 private:
  struct alignas(64) Stripe {
    std::array<std::atomic<std::uint64_t>, kLatencyBounds.size() + 1> counts = {};
    std::atomic<std::uint64_t> nanoseconds = 0;
  };

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace taskgateway::base

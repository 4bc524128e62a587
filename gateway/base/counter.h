// Counts of events, cheap enough for every call.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "gateway/base/stripe.h"

namespace taskgateway::base {

// A number that only grows. Threads add in stripes of their own, so that they do not fight for a cache line.
// Thread-safe.
class Counter {
 public:
  void Add(std::uint64_t count = 1) { stripes_[ThreadStripe()].value.fetch_add(count, std::memory_order_relaxed); }
  // The sum of what was added. Additions under way may or may not be in it.
  std::uint64_t Value() const {
    std::uint64_t sum = 0;
    for (const StripeValue& stripe : stripes_) sum += stripe.value.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  struct alignas(64) StripeValue {
    std::atomic<std::uint64_t> value = 0;
  };

  std::array<StripeValue, kStripes> stripes_;
};

}  // namespace taskgateway::base

#include "gateway/base/histogram.h"

#include <algorithm>
#include <numeric>

namespace taskgateway::base {
namespace {

constexpr auto kBounds = [] {
  std::array<std::int64_t, kLatencyBounds.size()> bounds = {};
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = kLatencyBounds[i] / absl::Nanoseconds(1);
  return bounds;
};

// In nanoseconds, made once: a comparison of durations costs more.
const std::array<std::int64_t, kLatencyBounds.size()> kNanoseconds = kBounds();

}  // namespace

std::uint64_t Histogram::Snapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

void Histogram::Observe(absl::Duration value) {
  const std::int64_t nanoseconds = std::max<std::int64_t>(absl::ToInt64Nanoseconds(value), 0);
  std::size_t bucket = 0;
  while (bucket < kNanoseconds.size() && nanoseconds > kNanoseconds[bucket]) ++bucket;
  Stripe& stripe = stripes_[ThreadStripe()];
  stripe.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  stripe.nanoseconds.fetch_add(static_cast<std::uint64_t>(nanoseconds), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::Value() const {
  Snapshot value;
  std::uint64_t nanoseconds = 0;
  for (const Stripe& stripe : stripes_) {
    for (std::size_t i = 0; i < value.counts.size(); ++i) {
      value.counts[i] += stripe.counts[i].load(std::memory_order_relaxed);
    }
    nanoseconds += stripe.nanoseconds.load(std::memory_order_relaxed);
  }
  value.sum = absl::Nanoseconds(static_cast<double>(nanoseconds));
  return value;
}

}  // namespace taskgateway::base

#include "gateway/base/histogram.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

TEST(HistogramTest, ABoundCountsForItsOwnBucket) {
  for (std::size_t i = 0; i < kLatencyBounds.size(); ++i) {
    Histogram histogram;
    histogram.Observe(kLatencyBounds[i]);
    histogram.Observe(kLatencyBounds[i] + absl::Nanoseconds(1));
    const Histogram::Snapshot value = histogram.Value();
    EXPECT_EQ(value.counts[i], 1u) << kLatencyBounds[i];
    EXPECT_EQ(value.counts[i + 1], 1u) << kLatencyBounds[i];
    EXPECT_EQ(value.count(), 2u);
    EXPECT_EQ(value.sum, 2 * kLatencyBounds[i] + absl::Nanoseconds(1));
  }
}

TEST(HistogramTest, BoundsAscend) {
  for (std::size_t i = 1; i < kLatencyBounds.size(); ++i) EXPECT_LT(kLatencyBounds[i - 1], kLatencyBounds[i]);
}

TEST(HistogramTest, ALongTimeIsAboveAllBoundsAndANegativeOneCountsAsNone) {
  Histogram histogram;
  histogram.Observe(absl::Hours(3));
  histogram.Observe(-absl::Seconds(1));
  const Histogram::Snapshot value = histogram.Value();
  EXPECT_EQ(value.counts.back(), 1u);
  EXPECT_EQ(value.counts.front(), 1u);
  EXPECT_EQ(value.sum, absl::Hours(3));
}

TEST(HistogramTest, NothingIsLostBetweenThreads) {
  Histogram histogram;
  std::vector<std::thread> threads;
  constexpr int kThreads = 12;  // more than stripes
  constexpr int kEach = 10000;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) histogram.Observe(absl::Milliseconds(j % 3));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Histogram::Snapshot value = histogram.Value();
  EXPECT_EQ(value.count(), static_cast<std::uint64_t>(kThreads) * kEach);
  EXPECT_EQ(value.sum, kThreads * absl::Milliseconds(kEach - 1));  // 0 + 1 + 2, 3,333 times over, and a 0
}

}  // namespace
}  // namespace taskgateway::base

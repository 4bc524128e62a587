#include "gateway/base/counter.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

TEST(CounterTest, StartsAtZeroAndAddsOneUnlessToldOtherwise) {
  Counter counter;
  EXPECT_EQ(counter.Value(), 0u);
  counter.Add();
  counter.Add(41);
  EXPECT_EQ(counter.Value(), 42u);
}

TEST(CounterTest, NothingThatThreadsAddIsLost) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) counter.Add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.Value(), 200'000u);
}

}  // namespace
}  // namespace taskgateway::base

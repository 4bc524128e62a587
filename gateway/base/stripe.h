// Which part of a striped number a thread adds to.
#pragma once

#include <atomic>
#include <cstddef>

namespace taskgateway::base {

inline constexpr std::size_t kStripes = 8;

// The calling thread's stripe, below kStripes. Threads take them in turn, so that a few seldom share one.
inline std::size_t ThreadStripe() {
  static std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t stripe = threads.fetch_add(1, std::memory_order_relaxed) % kStripes;
  return stripe;
}

}  // namespace taskgateway::base

// What the drill's callers and watchers have seen.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace taskgateway::drill {

// Thread-safe.
class Ledger {
 public:
  void Fail(std::string what) {
    failures_.fetch_add(1);
    const std::lock_guard lock(mutex_);
    if (first_.size() < kKept) first_.push_back(std::move(what));
  }
  std::int64_t failures() const { return failures_.load(); }
  // The first few.
  std::vector<std::string> first() {
    const std::lock_guard lock(mutex_);
    return first_;
  }

  std::atomic<std::int64_t> calls = 0;
  std::atomic<std::int64_t> events = 0;
  std::atomic<std::int64_t> told_to_go = 0;  // watches that closed with DRAINING
  std::atomic<std::int64_t> cut = 0;         // watches that ended without a word

 private:
  static constexpr std::size_t kKept = 10;

  std::atomic<std::int64_t> failures_ = 0;
  std::mutex mutex_;
  std::vector<std::string> first_;
};

}  // namespace taskgateway::drill

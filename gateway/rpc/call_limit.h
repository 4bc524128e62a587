// How many calls may stay open for long.
#pragma once

#include <atomic>
#include <memory>

namespace taskgateway::rpc {

// Places for waits and streams: each costs memory for as long as its caller likes. Thread-safe.
class CallLimit {
 public:
  // Held while the call is open. Empty: there was none left.
  class Place {
   public:
    Place() = default;
    explicit operator bool() const { return limit_ != nullptr; }

   private:
    friend class CallLimit;
    struct Leave {
      void operator()(CallLimit* limit) const { limit->taken_.fetch_sub(1, std::memory_order_relaxed); }
    };
    explicit Place(CallLimit* limit) : limit_(limit) {}

    std::unique_ptr<CallLimit, Leave> limit_;
  };

  explicit CallLimit(int places) : places_(places) {}
  CallLimit(const CallLimit&) = delete;
  CallLimit& operator=(const CallLimit&) = delete;

  Place Take() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < places_) return Place(this);
    taken_.fetch_sub(1, std::memory_order_relaxed);
    return Place();
  }

 private:
  const int places_;
  std::atomic<int> taken_ = 0;
};

}  // namespace taskgateway::rpc

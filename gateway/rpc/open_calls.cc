#include "gateway/rpc/open_calls.h"

#include <utility>

namespace taskgateway::rpc {

void OpenCalls::Add(Call& call) {
  call.place_ = next_++;
  calls_.emplace(call.place_, &call);
  if (stopping_) call.Stop();
}

void OpenCalls::Remove(Call& call) { calls_.erase(std::exchange(call.place_, 0)); }

void OpenCalls::Drain() { TellAll(&Call::Drain); }

void OpenCalls::Stop() {
  stopping_ = true;
  TellAll(&Call::Stop);
}

void OpenCalls::TellAll(void (Call::*tell)()) {
  const std::uint64_t end = next_;
  for (auto next = calls_.begin(); next != calls_.end() && next->first < end;) {
    const std::uint64_t place = next->first;
    (next->second->*tell)();
    next = calls_.upper_bound(place);  // anybody may have left
  }
}

}  // namespace taskgateway::rpc

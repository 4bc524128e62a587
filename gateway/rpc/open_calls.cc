#include "gateway/rpc/open_calls.h"

#include <utility>

namespace taskgateway::rpc {

void OpenCalls::Add(Call& call) {
  call.place_ = next_++;
  calls_.emplace(call.place_, &call);
  if (draining_) call.Drain();
}

void OpenCalls::Remove(Call& call) { calls_.erase(std::exchange(call.place_, 0)); }

void OpenCalls::Drain() {
  draining_ = true;
  for (auto next = calls_.begin(); next != calls_.end();) {
    const std::uint64_t place = next->first;
    next->second->Drain();
    next = calls_.upper_bound(place);  // anybody may have left
  }
}

}  // namespace taskgateway::rpc

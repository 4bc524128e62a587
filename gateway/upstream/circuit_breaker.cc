#include "gateway/upstream/circuit_breaker.h"

#include <algorithm>

namespace taskgateway::upstream {
namespace {

// What those are told who come while a probe is under way.
constexpr absl::Duration kWhileProbing = absl::Seconds(1);

}  // namespace

CircuitBreaker::Admission CircuitBreaker::Ask(absl::Duration now) const {
  if (!open()) return {};
  if (now < pause_ends_) return {.admitted = false, .wait = pause_ends_ - now};
  if (probing_) return {.admitted = false, .wait = kWhileProbing};
  return {.probe = true};
}

CircuitBreaker::Admission CircuitBreaker::Begin(absl::Duration now) {
  const Admission admission = Ask(now);
  if (admission.probe) probing_ = true;
  return admission;
}

void CircuitBreaker::Succeeded() {
  failures_ = 0;
  probing_ = false;
}

void CircuitBreaker::Failed(bool probe, absl::Duration now) {
  if (!open()) {
    ++failures_;
    if (!open()) return;
    pause_ = policy_.first_pause;
    probing_ = false;
  } else if (probe) {
    pause_ = std::min(2 * pause_, policy_.max_pause);
    probing_ = false;
  } else {
    return;  // it was sent before the breaker opened, and says nothing new
  }
  pause_ends_ = now + pause_;
}

void CircuitBreaker::Abandoned(bool probe) {
  if (probe) probing_ = false;
}

}  // namespace taskgateway::upstream

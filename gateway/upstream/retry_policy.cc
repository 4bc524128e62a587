#include "gateway/upstream/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace taskgateway::upstream {
namespace {

// Waits between zero and an ever longer time, so that callers who failed together do not come back together.
absl::Duration FullJitter(const RetryPolicy& policy, int attempt, double unit) {
  return unit * std::min(policy.first_backoff * std::pow(policy.growth, attempt - 1), policy.max_backoff);
}

// Whether the same request may be sent once more as far as the failure is concerned.
bool MayRepeat(const FailedAttempt& failed) {
  switch (failed.signal) {
    case Signal::kNone:
      return false;
    case Signal::kTransient:
      return failed.idempotent || failed.surely_not_sent;
    case Signal::kThrottled:
      return true;
    case Signal::kCredentialsRejected:
    case Signal::kClockSkew:
      return !failed.renewed;
  }
  return false;
}

}  // namespace

std::optional<Retry> NextAttempt(const RetryPolicy& policy, const FailedAttempt& failed, double unit) {
  if (failed.attempt >= policy.max_attempts || !MayRepeat(failed)) return std::nullopt;
  Retry retry;
  retry.renew_credentials = failed.signal == Signal::kCredentialsRejected;
  retry.correct_clock = failed.signal == Signal::kClockSkew;
  if (retry.renew_credentials || retry.correct_clock) {
    retry.delay = absl::ZeroDuration();
  } else if (failed.retry_after) {
    if (*failed.retry_after > policy.max_retry_after) return std::nullopt;
    retry.delay = *failed.retry_after * (1 + 0.1 * unit);
  } else {
    retry.delay = FullJitter(policy, failed.attempt, unit);
  }
  if (retry.delay >= failed.time_left) return std::nullopt;
  return retry;
}

}  // namespace taskgateway::upstream

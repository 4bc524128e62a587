// Whether and when a call is attempted again: a pure policy.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "adapters/task_adapter.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::upstream {

struct RetryPolicy {
  int max_attempts = 4;  // the first one included
  absl::Duration first_backoff = absl::Milliseconds(200);
  double growth = 2.0;
  absl::Duration max_backoff = absl::Seconds(5);
  // A server that wants to be left alone for longer is not waited for: the caller is told when to come back.
  absl::Duration max_retry_after = absl::Minutes(2);
};

// What is known when an attempt has failed.
struct FailedAttempt {
  int attempt = 1;         // how many have been made
  bool idempotent = true;  // false: CancelTask
  bool surely_not_sent = false;
  Signal signal = Signal::kNone;
  std::optional<absl::Duration> retry_after;            // the server's hint
  bool renewed = false;                                 // credentials or clock were already corrected for this call
  absl::Duration time_left = absl::InfiniteDuration();  // until the last caller's deadline
};

// What to do before the next attempt.
struct Retry {
  absl::Duration delay;  // with full jitter, or the server's hint and up to 10 % more
  bool renew_credentials = false;
  bool correct_clock = false;
};

// Nothing: give up. `unit` is a random number in [0, 1).
//
// A read is attempted again on kTransient and kThrottled, and once on kCredentialsRejected and kClockSkew (without
// delay). A call that is not idempotent is attempted again only when it surely was not sent, or was refused before it
// took effect (kThrottled, kCredentialsRejected, kClockSkew). Never when the delay would outlast time_left.
std::optional<Retry> NextAttempt(const RetryPolicy& policy, const FailedAttempt& failed, double unit);

}  // namespace taskgateway::upstream

// Leaves a source alone that does not work: a pure state machine.
#pragma once

#include "absl/time/time.h"

namespace taskgateway::upstream {

struct BreakerPolicy {
  // Attempts that fail in a row before no more are made: more than one call makes, so that one bad task is not enough.
  int failures_to_open = 10;
  // The first pause; it doubles with each probe that fails, up to the last: half of a poll's longest interval, so that
  // an end is not seen much later for it.
  absl::Duration first_pause = absl::Seconds(1);
  absl::Duration max_pause = absl::Seconds(10);
};

// Closed: attempts go. Open: none goes until the pause is over. Half-open: one attempt goes as a probe; its success
// closes the breaker, its failure opens it for twice as long. A failure is what may pass (Signal::kTransient); whatever
// else an upstream says is a success here. Moments are Uptime.
class CircuitBreaker {
 public:
  // Whether an attempt may go.
  struct Admission {
    bool admitted = true;
    bool probe = false;                          // it is the one that decides
    absl::Duration wait = absl::ZeroDuration();  // when it is not admitted: for this long
  };

  explicit CircuitBreaker(const BreakerPolicy& policy = {}) : policy_(policy) {}

  // Whether attempts are held back, all of them or but for a probe.
  bool open() const { return failures_ >= policy_.failures_to_open; }
  // What Begin would say. Changes nothing.
  Admission Ask(absl::Duration now) const;
  // Admits an attempt or not. Of each one that is admitted, tell the outcome.
  Admission Begin(absl::Duration now);
  void Succeeded();
  // `probe` as of its admission.
  void Failed(bool probe, absl::Duration now);
  // It was given up before its outcome was known.
  void Abandoned(bool probe);

 private:
  BreakerPolicy policy_;
  int failures_ = 0;  // in a row
  absl::Duration pause_;
  absl::Duration pause_ends_;
  bool probing_ = false;
};

}  // namespace taskgateway::upstream

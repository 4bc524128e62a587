// What is told of a source's upstream while it is used: for metrics, the log and the page.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::upstream {

// What became of one attempt.
enum class AttemptOutcome {
  kOk,                   // a usable reply; that a task does not exist is one
  kThrottled,            // the upstream wants fewer calls
  kCredentialsRejected,  // it does not take our keys
  kClockSkew,            // it takes our clock for wrong
  kUnreachable,          // no connection, or it broke
  kTimeout,              // no whole reply in time
  kBroken,               // a reply that is none, or is too large
  kUnavailable,          // the upstream has trouble
  kRejected,             // it refuses this call
  kAbandoned,            // nobody waited for it any more
};
inline constexpr std::size_t kAttemptOutcomes = 10;
// `ok`, `throttled` and so on.
std::string_view AttemptOutcomeWord(AttemptOutcome outcome);

struct AttemptReport {
  std::string_view operation;  // of the adapter's
  AttemptOutcome outcome;
  const absl::Status& status;  // what it means for the call
  absl::Duration took;         // handed to the HTTP client to judged
  bool retry;                  // the call has had attempts before
};

// What became of one poll.
enum class PollOutcome {
  kOk,
  kFailed,  // this time
  kGone,    // not found, or denied: polling has ended
};
inline constexpr std::size_t kPollOutcomes = 3;
std::string_view PollOutcomeWord(PollOutcome outcome);

// Hears what happens at one source. Loop thread.
class SourceObserver {
 public:
  virtual ~SourceObserver() = default;

  virtual void OnAttempt(const AttemptReport& report) = 0;
  // The breaker has opened, because of `status`, or closed.
  virtual void OnBreaker(bool open, const absl::Status& status) = 0;
  virtual void OnPoll(PollOutcome outcome) = 0;
  // An attempt brought a task that has failed, or is in a state that the gateway does not know.
  virtual void OnFailedOrUnknown(const v1::Task& task) = 0;

  // Who does not care.
  static SourceObserver& Nobody();
};

}  // namespace taskgateway::upstream

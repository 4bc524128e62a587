// What is counted, logged and shown of one source.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <set>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/counter.h"
#include "gateway/base/histogram.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"
#include "gateway/server/recent_failures.h"
#include "gateway/tasks/source.h"
#include "gateway/upstream/source_observer.h"

namespace taskgateway::server {

// Hears of its source on the loop thread, tells everybody.
class SourceTelemetry final : public upstream::SourceObserver {
 public:
  struct OfOperation {
    std::string_view name;
    std::array<base::Counter, upstream::kAttemptOutcomes> attempts = {};
    base::Counter retries = {};
    base::Histogram attempt_time = {};

    const base::Counter& With(upstream::AttemptOutcome outcome) const {
      return attempts[static_cast<std::size_t>(outcome)];
    }
  };
  // An attempt that failed, and when.
  struct Trouble {
    std::string message;  // empty: there was none
    absl::Time at;
  };
  // Words of unknown states that are remembered, so that each is logged once. When there are more, they are counted and
  // not logged.
  static constexpr std::size_t kMaxWords = 100;

  // All outlive it.
  SourceTelemetry(const tasks::Source& source, const base::Clock& clock, base::Log& log, RecentFailures& failures);

  void OnAttempt(const upstream::AttemptReport& report) override;
  void OnBreaker(bool open, const absl::Status& status) override;
  void OnPoll(upstream::PollOutcome outcome) override { polls_[static_cast<std::size_t>(outcome)].Add(); }
  void OnFailedOrUnknown(const v1::Task& task) override;

  // Any thread, from here on.
  const std::string& source() const { return source_; }
  const std::deque<OfOperation>& operations() const { return operations_; }
  const base::Counter& polls(upstream::PollOutcome outcome) const { return polls_[static_cast<std::size_t>(outcome)]; }
  const base::Counter& unknown_states() const { return unknown_states_; }
  bool breaker_open() const { return breaker_open_.load(std::memory_order_relaxed); }
  Trouble last_trouble() const;

 private:
  void OnUnknownState(const v1::Task& task);

  const std::string source_;
  const base::Clock& clock_;
  base::Log& log_;
  RecentFailures& failures_;
  std::deque<OfOperation> operations_;  // as the adapter has them
  std::array<base::Counter, upstream::kPollOutcomes> polls_;
  base::Counter unknown_states_;
  std::atomic<bool> breaker_open_ = false;
  std::set<std::string, std::less<>> words_;  // loop thread
  mutable base::Mutex mutex_;
  Trouble last_trouble_;  // guarded by mutex_
};

}  // namespace taskgateway::server

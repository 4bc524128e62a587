// How often one upstream operation is called: a token bucket with a queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/event_loop.h"

namespace taskgateway::upstream {

// Who goes first when calls queue for tokens.
enum class Priority {
  kRead,  // somebody waits for it
  kPoll,  // on schedule: goes when no read waits, and else behind every kReadsPerPoll of them
};

// While reads flood a budget, a tenth of its tokens is still the polls': nobody who waits or watches is left in the
// dark for longer than ten tokens for each task that is polled.
inline constexpr std::size_t kReadsPerPoll = 9;

// What a budget allows. All above zero.
struct BudgetLimits {
  double requests_per_second = 20;
  int burst = 20;
  int max_queued = 1000;

  friend bool operator==(const BudgetLimits&, const BudgetLimits&) = default;
};

// The budget of one (account, endpoint, operation). Belongs to one loop thread; a `granted` may call it, but not
// destroy it.
//
// Reads queue for a token, first come first served, up to their deadline. Polls have a queue of their own behind them,
// without deadline and bound (there is at most one for each task that somebody waits for), so that all polls of a short
// budget are stretched evenly. While a poll waits, at most kReadsPerPoll reads go in a row; a read whose turn comes too
// late for a poll that came after it is left to its caller's deadline. On throttling the rate halves (to 1 % of the
// configured one at least), the bucket is emptied, and it fills again once the server's wait is over; then the rate
// recovers by 10 % of the configured rate per calm 10 s. Calls that were sent before the rate was halved may prolong
// the wait, but halve nothing more.
class Budget {
 public:
  // Names one that waits; 0 names nobody.
  using Ticket = std::uint64_t;
  using Granted = std::function<void(absl::Status)>;

  // `subject` names the budget in statuses: `sources/{source}:{operation}`. `loop` outlives the budget.
  Budget(base::EventLoop& loop, std::string subject, const BudgetLimits& limits);
  // Forgets who waits.
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // Takes a token when Acquire would grant it at once; false when it has to be called. `now` is the loop's.
  bool Take(absl::Duration now, absl::Duration deadline, Priority priority);
  // Calls `granted` once: at once when a token is there; later with OK when one comes; with RESOURCE_EXHAUSTED
  // BUDGET_EXHAUSTED when none can come by `deadline` (Uptime): at once, or as soon as throttling makes it so; at once
  // with QUEUE_FULL when too many wait. A poll is never refused. Returns 0 when it has been called already.
  Ticket Acquire(absl::Duration deadline, Granted granted, Priority priority = Priority::kRead);
  // Leaves the queue without being called; anything else than a ticket that waits is ignored.
  void Leave(Ticket ticket);
  // The upstream throttled a call that was sent at `sent_at` (Uptime), and wants no other for `retry_after`.
  void Throttled(absl::Duration retry_after, absl::Duration sent_at);

  const BudgetLimits& limits() const { return limits_; }
  // The rate that is allowed now, calls per second.
  double current_rate() const;
  // How long a read that came now would wait for its token.
  absl::Duration WaitOfNext() const;
  // Reads that wait.
  std::size_t queued() const { return queue_.size(); }

 private:
  struct Waiting {
    absl::Duration deadline;
    Granted granted;
  };
  // The tokens as of `filled_at`. That is in the future while the server wants to be left alone.
  struct Bucket {
    double tokens;
    double rate;  // per second
    absl::Duration filled_at;
    absl::Duration calm_since;  // when the rate changed last, or the server's wait is over
  };

  // When the rate rises next.
  absl::Duration NextRise(const Bucket& bucket) const;
  // Fills up to NextRise and lets the rate rise.
  void Rise(Bucket& bucket) const;
  // Fills up to `now`.
  void Fill(Bucket& bucket, absl::Duration now) const;
  // Which token from now on the read at `place` of the queue (from 1) gets, polls in between counted.
  std::size_t TokenOf(std::size_t place) const;
  void CountRead();
  // The Uptime at which the `count`th token from now on is there.
  absl::Duration TimeOfToken(std::size_t count) const;
  // Refuses those whose turn comes too late.
  void RefuseLate();
  void Serve();
  void SetTimer();

  base::EventLoop& loop_;
  const std::string subject_;
  const BudgetLimits limits_;
  Bucket bucket_;
  absl::Duration halved_at_ = -absl::InfiniteDuration();
  std::map<Ticket, Waiting> queue_;                  // reads in the order of arrival
  std::map<Ticket, Granted> polls_;                  // polls likewise
  std::map<Ticket, std::function<void()>> refused_;  // no longer in the queue, not told yet
  std::size_t reads_in_a_row_ = 0;                   // went while a poll waited
  Ticket next_ticket_ = 1;
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
};

}  // namespace taskgateway::upstream

// How often one upstream operation is called: a token bucket with a queue.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/event_loop.h"

namespace taskgateway::upstream {

// What a budget allows.
struct BudgetLimits {
  double requests_per_second = 20;
  int burst = 20;
  int max_queued = 1000;

  friend bool operator==(const BudgetLimits&, const BudgetLimits&) = default;
};

// The budget of one (account, endpoint, operation). Belongs to one loop thread.
//
// Reads queue for a token, first come first served, up to their deadline. On throttling the rate halves (to 1 % of the configured one
// at least) and nothing is sent for as long as the server said; then it recovers by 10 % of the configured rate per calm 10 s.
class Budget {
 public:
  using Ticket = std::uint64_t;
  using Granted = std::function<void(absl::Status)>;

  // `subject` names the budget in statuses: `sources/{source}:{operation}`.
  Budget(base::EventLoop& loop, std::string subject, const BudgetLimits& limits);
  ~Budget();

  // Calls `granted` once: at once when a token is there; later with OK when one comes; with RESOURCE_EXHAUSTED BUDGET_EXHAUSTED, at once, when
  // none can come before `deadline` (Uptime), with QUEUE_FULL when too many wait. Returns 0 when it has been called already.
  Ticket Acquire(absl::Duration deadline, Granted granted);
  // Leaves the queue without being called.
  void Leave(Ticket ticket);
  // The upstream throttled a call.
  void Throttled(absl::Duration retry_after);

  const BudgetLimits& limits() const { return limits_; }
  // The rate that is allowed now, calls per second.
  double current_rate() const;
  std::size_t queued() const { return queue_.size(); }

 private:
  struct Waiting {
    absl::Duration deadline;
    Granted granted;
  };

  void Refill();
  void Serve();
  absl::Duration TimeUntilToken(std::size_t tokens_ahead) const;

  base::EventLoop& loop_;
  const std::string subject_;
  const BudgetLimits limits_;
  double rate_;
  double tokens_;
  absl::Duration refilled_at_;
  absl::Duration blocked_until_;
  absl::Duration calm_since_;
  std::map<Ticket, Waiting> queue_;  // in the order of arrival
  Ticket next_ticket_ = 1;
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
};

}  // namespace taskgateway::upstream

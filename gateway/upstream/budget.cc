#include "gateway/upstream/budget.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "adapters/core/status_catalogue.h"

namespace taskgateway::upstream {
namespace {

// Recovery after throttling: a tenth of the configured rate for each calm 10 s, so from one halving in 50 s.
constexpr absl::Duration kCalm = absl::Seconds(10);
constexpr double kRise = 0.1;
// Throttling leaves this part of the configured rate.
constexpr double kLeast = 0.01;
// Sums of fractions miss a whole token by rounding; a token is there when this little is missing.
constexpr double kRounding = 1e-9;

}  // namespace

Budget::Budget(base::EventLoop& loop, std::string subject, const BudgetLimits& limits)
    : loop_(loop),
      subject_(std::move(subject)),
      limits_(limits),
      bucket_{static_cast<double>(limits.burst), limits.requests_per_second, loop.Now(), loop.Now()} {}

Budget::~Budget() { loop_.Cancel(timer_); }

bool Budget::Take(absl::Duration now, absl::Duration deadline, Priority priority) {
  Fill(bucket_, now);
  const bool poll = priority == Priority::kPoll;
  if (!queue_.empty() || (poll && !polls_.empty()) || (!poll && now > deadline)) return false;
  if (TimeOfToken(poll ? 1 : TokenOf(1)) > now) return false;
  bucket_.tokens -= 1;
  if (!poll) CountRead();
  return true;
}

Budget::Ticket Budget::Acquire(absl::Duration deadline, Granted granted, Priority priority) {
  const absl::Duration now = loop_.Now();
  if (Take(now, deadline, priority)) {
    granted(absl::OkStatus());
    return 0;
  }
  if (priority == Priority::kPoll) {
    const Ticket ticket = next_ticket_++;
    polls_.emplace(ticket, std::move(granted));
    SetTimer();
    return ticket;
  }
  const absl::Duration turn = TimeOfToken(TokenOf(queue_.size() + 1));
  if (queue_.size() >= static_cast<std::size_t>(limits_.max_queued)) {
    granted(core::QueueFull(subject_, turn - now));
    return 0;
  }
  if (std::max(turn, now) > deadline) {
    granted(core::BudgetExhausted(subject_, turn - now));
    return 0;
  }
  const Ticket ticket = next_ticket_++;
  queue_.emplace(ticket, Waiting{deadline, std::move(granted)});
  if (queue_.size() == 1) SetTimer();
  return ticket;
}

void Budget::Leave(Ticket ticket) {
  queue_.erase(ticket);
  polls_.erase(ticket);
  refused_.erase(ticket);
}

void Budget::Throttled(absl::Duration retry_after, absl::Duration sent_at) {
  const absl::Duration now = loop_.Now();
  Fill(bucket_, now);
  if (sent_at > halved_at_) {
    halved_at_ = now;
    bucket_.rate = std::max(bucket_.rate / 2, limits_.requests_per_second * kLeast);
    bucket_.tokens = 0;
  }
  bucket_.filled_at = std::max(bucket_.filled_at, now + retry_after);
  bucket_.calm_since = bucket_.filled_at;
  SetTimer();
  RefuseLate();
}

double Budget::current_rate() const {
  Bucket bucket = bucket_;
  Fill(bucket, loop_.Now());
  return bucket.rate;
}

absl::Duration Budget::WaitOfNext() const {
  return std::max(TimeOfToken(TokenOf(queue_.size() + 1)) - loop_.Now(), absl::ZeroDuration());
}

absl::Duration Budget::NextRise(const Bucket& bucket) const {
  return bucket.rate < limits_.requests_per_second ? bucket.calm_since + kCalm : absl::InfiniteDuration();
}

void Budget::Rise(Bucket& bucket) const {
  const absl::Duration rise = bucket.calm_since + kCalm;
  bucket.tokens += bucket.rate * absl::ToDoubleSeconds(rise - bucket.filled_at);
  bucket.filled_at = rise;
  bucket.calm_since = rise;
  bucket.rate = std::min(bucket.rate + kRise * limits_.requests_per_second, limits_.requests_per_second);
}

void Budget::Fill(Bucket& bucket, absl::Duration now) const {
  if (now <= bucket.filled_at) return;
  while (NextRise(bucket) <= now) Rise(bucket);
  bucket.tokens += bucket.rate * absl::ToDoubleSeconds(now - bucket.filled_at);
  bucket.tokens = std::min(bucket.tokens, static_cast<double>(limits_.burst));
  bucket.filled_at = now;
}

std::size_t Budget::TokenOf(std::size_t place) const {
  return place + std::min(polls_.size(), (reads_in_a_row_ + place - 1) / kReadsPerPoll);
}

void Budget::CountRead() { reads_in_a_row_ = polls_.empty() ? 0 : reads_in_a_row_ + 1; }

absl::Duration Budget::TimeOfToken(std::size_t count) const {
  Bucket bucket = bucket_;
  for (;;) {
    const double missing = static_cast<double>(count) - bucket.tokens;
    if (missing <= kRounding) return bucket.filled_at;
    // Rounded up, so that the token is there when a timer of this moment rings.
    const absl::Duration wait = absl::Ceil(absl::Seconds(missing / bucket.rate), absl::Nanoseconds(1));
    if (bucket.filled_at + wait <= NextRise(bucket)) return bucket.filled_at + wait;
    Rise(bucket);
  }
}

void Budget::RefuseLate() {
  const absl::Duration now = loop_.Now();
  std::size_t place = 1;
  for (auto waiting = queue_.begin(); waiting != queue_.end();) {
    const absl::Duration turn = TimeOfToken(TokenOf(place));
    if (turn <= waiting->second.deadline) {
      ++place;
      ++waiting;
      continue;
    }
    refused_.emplace(waiting->first, [granted = std::move(waiting->second.granted),
                                      status = core::BudgetExhausted(subject_, turn - now)] { granted(status); });
    waiting = queue_.erase(waiting);
  }
  // Told only now, when the queue is in order again: they may come back or let others leave.
  while (!refused_.empty()) refused_.extract(refused_.begin()).mapped()();
}

void Budget::Serve() {
  const absl::Duration now = loop_.Now();
  Fill(bucket_, now);
  // The very test that set the timer: any other could miss by rounding, and the timer ring for ever.
  while ((!queue_.empty() || !polls_.empty()) && TimeOfToken(1) <= now) {
    bucket_.tokens -= 1;
    const bool poll = queue_.empty() || (!polls_.empty() && reads_in_a_row_ >= kReadsPerPoll);
    const Granted granted = poll ? std::move(polls_.extract(polls_.begin()).mapped())
                                 : std::move(queue_.extract(queue_.begin()).mapped().granted);
    if (poll) {
      reads_in_a_row_ = 0;
    } else {
      CountRead();
    }
    granted(absl::OkStatus());
  }
  SetTimer();
}

void Budget::SetTimer() {
  loop_.Cancel(timer_);
  timer_ = base::EventLoop::kNoTimer;
  if (queue_.empty() && polls_.empty()) return;
  timer_ = loop_.Schedule(TimeOfToken(1) - loop_.Now(), [this] { Serve(); });
}

}  // namespace taskgateway::upstream

#include "gateway/tasks/task_wait.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {
namespace {

// What the answer needs to reach the caller before its deadline.
constexpr absl::Duration kReturnTrip = absl::Milliseconds(250);
// A shorter wait, such as one of 0, still gets the reading that is under way.
constexpr absl::Duration kFirstReading = absl::Seconds(1);

// The last error, as what it means for a wait: the task could not be read in time.
absl::Status Unread(const absl::Status& last_error) {
  if (last_error.ok()) {
    return core::UpstreamUnavailable("UPSTREAM_TIMEOUT",
                                     {.host = core::kDomain, .message = "no reading of the task came in time"},
                                     absl::Seconds(1));
  }
  absl::Status status(absl::StatusCode::kUnavailable, last_error.message());
  last_error.ForEachPayload([&](auto type, const absl::Cord& payload) { status.SetPayload(type, payload); });
  return status;
}

}  // namespace

TaskWait::TaskWait(const Following& following, TaskCache& cache, FollowTarget target, WaitTerms terms, Done done)
    : following_(following),
      cache_(cache),
      target_(target),
      terms_(std::move(terms)),
      done_(std::move(done)),
      follower_(following, std::move(target), *this) {}

TaskWait::~TaskWait() { following_.context.loop.Cancel(timer_); }

void TaskWait::Start() {
  base::EventLoop& loop = following_.context.loop;
  const absl::Duration now = loop.Now();
  const absl::Duration last = std::min(now + terms_.limit, terms_.deadline - kReturnTrip);
  if (last < now) {
    timer_ = loop.Schedule(absl::ZeroDuration(), [this] { EndWithLatest(); });
    return;
  }
  const absl::Duration end = terms_.timeout ? std::min(now + *terms_.timeout, last) : last;
  first_reading_by_ = std::min(std::max(end, now + kFirstReading), last);
  follower_.Start();
  timer_ = loop.Schedule(end - now, [this] { OnTime(); });
}

void TaskWait::Drain() {
  if (follower_.news().reading != nullptr) EndWithLatest();
}

void TaskWait::Stop() {
  if (follower_.news().reading != nullptr) return EndWithLatest();
  End({.status = core::ShuttingDown(), .reading = nullptr, .retry_delay = {}});
}

std::optional<v1::WaitTaskResponse::Outcome> TaskWait::OutcomeOf(const Reading& reading) const {
  if (reading.done()) return v1::WaitTaskResponse::DONE;
  if (!terms_.until_etag_changes_from.empty() && reading.etag() != terms_.until_etag_changes_from) {
    return v1::WaitTaskResponse::CHANGED;
  }
  return std::nullopt;
}

void TaskWait::OnPoll(const PollNews& news) {
  if (news.permanent) return End({.status = news.trouble, .reading = nullptr, .retry_delay = {}});
  if (overdue_ || (news.reading != nullptr && OutcomeOf(*news.reading))) EndWithLatest();
}

void TaskWait::OnTime() {
  const absl::Duration now = following_.context.loop.Now();
  const PollNews& news = follower_.news();
  if (news.reading == nullptr && news.trouble.ok() && now < first_reading_by_) {
    overdue_ = true;
    timer_ = following_.context.loop.Schedule(first_reading_by_ - now, [this] { EndWithLatest(); });
    return;
  }
  EndWithLatest();
}

void TaskWait::EndWithLatest() {
  const PollNews& news = follower_.news();
  SharedReading reading = news.reading;
  if (reading == nullptr) {
    const Source* source =
        target_.source != nullptr ? target_.source : following_.finder.RememberedOwner(target_.task_id);
    if (source != nullptr) {
      reading = cache_.Find(CanonicalName(*source, target_.task_id), absl::InfiniteDuration(), false).reading;
    }
  }
  if (reading == nullptr) return End({.status = Unread(news.trouble), .reading = nullptr, .retry_delay = {}});
  WaitResult result;
  result.outcome = OutcomeOf(*reading).value_or(v1::WaitTaskResponse::TIMED_OUT);
  result.reading = std::move(reading);
  if (news.next_poll != absl::InfiniteDuration()) {
    result.retry_delay = std::max(news.next_poll - following_.context.loop.Now(), absl::ZeroDuration());
  }
  End(std::move(result));
}

void TaskWait::End(WaitResult result) {
  following_.context.loop.Cancel(timer_);
  follower_.Stop();
  const Done done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace taskgateway::tasks

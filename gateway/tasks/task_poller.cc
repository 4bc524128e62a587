#include "gateway/tasks/task_poller.h"

#include <algorithm>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/poll_interval.h"

namespace taskgateway::tasks {
namespace {

// A schedule outlives its last subscriber by this, for callers who wait again and watchers who resume.
constexpr absl::Duration kLinger = absl::Seconds(10);
// Behind that, a task is polled no oftener than this says of a task of its age.
constexpr absl::Duration kRestartCounts = absl::Minutes(10);
// Intervals differ by chance by this part, so that schedules that began together drift apart.
constexpr double kJitter = 0.1;

bool IsPermanent(const absl::Status& status) { return absl::IsNotFound(status) || absl::IsPermissionDenied(status); }

bool IsBudgetRefusal(const absl::Status& status) {
  const std::string reason = core::ReasonOf(status);
  return reason == "BUDGET_EXHAUSTED" || reason == "QUEUE_FULL";
}

}  // namespace

struct TaskPoller::Poll {
  struct Subscriber {
    PollObserver* observer;
    base::EventLoop::TimerId first_news = base::EventLoop::kNoTimer;
  };

  bool over() const { return news.permanent || (news.reading != nullptr && news.reading->done()); }

  TaskKey key;
  PollNews news;
  int failures = 0;           // in a row
  absl::Duration first_seen;  // Uptime; also when something was done to the task
  bool restarted = false;
  TaskReader::ReadId read = 0;  // 0: none is under way
  base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
  base::EventLoop::TimerId linger = base::EventLoop::kNoTimer;
  std::map<std::uint64_t, Subscriber> subscribers;  // in the order they came
  bool telling = false;                             // observers are being called, so it must stay
};

TaskPoller::Subscription& TaskPoller::Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  End();
  poller_ = other.poller_;
  poll_ = std::exchange(other.poll_, nullptr);
  id_ = other.id_;
  return *this;
}

const PollNews& TaskPoller::Subscription::news() const { return poll_->news; }

void TaskPoller::Subscription::End() {
  if (Poll* poll = std::exchange(poll_, nullptr)) poller_->Leave(*poll, id_);
}

TaskPoller::TaskPoller(upstream::Context& context, TaskReader& reader) : context_(context), reader_(reader) {
  reader_.SetListener([this](Source& source, const std::string& task_id, const SharedReading& reading) {
    const auto poll = polls_.find(TaskKeyView(&source, task_id));
    if (poll != polls_.end()) Heard(*poll->second, reading);
  });
}

TaskPoller::~TaskPoller() {
  reader_.SetListener(nullptr);
  while (!polls_.empty()) Remove(*polls_.begin()->second);
  for (const auto& [key, restarted] : restarted_) context_.loop.Cancel(restarted.forget);
}

TaskPoller::Subscription TaskPoller::Subscribe(Source& source, const std::string& task_id, PollObserver& observer) {
  std::unique_ptr<Poll>& poll = polls_[TaskKey(&source, task_id)];
  if (poll == nullptr) {
    poll = std::make_unique<Poll>();
    poll->key = {&source, task_id};
    const auto restarted = restarted_.find(poll->key);
    poll->restarted = restarted != restarted_.end();
    poll->first_seen = poll->restarted ? restarted->second.at : context_.loop.Now();
  }
  context_.loop.Cancel(std::exchange(poll->linger, base::EventLoop::kNoTimer));
  Subscription subscription;
  subscription.poller_ = this;
  subscription.poll_ = poll.get();
  subscription.id_ = next_subscription_++;
  Poll::Subscriber& subscriber = poll->subscribers[subscription.id_];
  subscriber.observer = &observer;
  if (poll->news.permanent) {
    // Perhaps it is there by now.
    poll->news = PollNews();
    poll->failures = 0;
  }
  if (poll->news.reading != nullptr || !poll->news.trouble.ok()) {
    subscriber.first_news = context_.loop.Schedule(absl::ZeroDuration(), [this, poll = poll.get(), &observer] {
      poll->telling = true;
      observer.OnPoll(poll->news);
      EndTelling(*poll);
    });
  } else if (poll->read == 0) {
    Read(*poll, kDefaultStaleness);
  }
  return subscription;
}

void TaskPoller::Restart(Source& source, const std::string& task_id) {
  const TaskKey key(&source, task_id);
  Restarted& restarted = restarted_[key];
  context_.loop.Cancel(restarted.forget);
  restarted = {.at = context_.loop.Now(),
               .forget = context_.loop.Schedule(kRestartCounts, [this, key] { restarted_.erase(key); })};
  const auto found = polls_.find(key);
  if (found == polls_.end()) return;
  Poll& poll = *found->second;
  poll.first_seen = context_.loop.Now();
  poll.restarted = true;
  if (poll.read == 0 && !poll.over()) SetTimer(poll, absl::ZeroDuration());
}

void TaskPoller::ForEach(const std::function<void(const PolledTask&)>& visit) const {
  for (const auto& [key, poll] : polls_) {
    visit({.source = *key.first, .task_id = key.second, .news = poll->news, .subscribers = poll->subscribers.size()});
  }
}

void TaskPoller::Leave(Poll& poll, std::uint64_t id) {
  const auto subscriber = poll.subscribers.find(id);
  context_.loop.Cancel(subscriber->second.first_news);
  poll.subscribers.erase(subscriber);
  if (!poll.telling) RemoveUnused(poll);
}

void TaskPoller::EndTelling(Poll& poll) {
  poll.telling = false;
  RemoveUnused(poll);
}

void TaskPoller::RemoveUnused(Poll& poll) {
  if (!poll.subscribers.empty()) return;
  if (poll.over()) return Remove(poll);
  if (poll.linger != base::EventLoop::kNoTimer) return;  // counts from the last one who left
  poll.linger = context_.loop.Schedule(kLinger, [this, &poll] { Remove(poll); });
}

void TaskPoller::Read(Poll& poll, absl::Duration max_staleness) {
  poll.read =
      reader_.Read({.source = poll.key.first, .task_id = poll.key.second, .max_staleness = max_staleness, .poll = true},
                   [this, &poll, first = poll.news.reading == nullptr](const absl::StatusOr<SharedReading>& reading) {
                     poll.read = 0;
                     Report(poll, reading.status());
                     if (!reading.ok()) return Failed(poll, reading.status());
                     // The cache's answer is put down when it is asked: what the listener has heard since is newer.
                     if (first && poll.news.reading != nullptr) return;
                     Heard(poll, *reading);
                   });
}

void TaskPoller::Report(const Poll& poll, const absl::Status& status) {
  if (IsBudgetRefusal(status)) return;  // it is tried again
  poll.key.first->channel.observer->OnPoll(status.ok()           ? upstream::PollOutcome::kOk
                                           : IsPermanent(status) ? upstream::PollOutcome::kGone
                                                                 : upstream::PollOutcome::kFailed);
}

void TaskPoller::Heard(Poll& poll, const SharedReading& reading) {
  PollNews& news = poll.news;
  if (news.reading != nullptr && news.reading->done()) {
    // Terminal is final, also when the cache had to forget the task.
    if (news.reading->state() != reading->state()) reader_.cache().counters().regressions.Add();
    return;
  }
  // The listener and the poll's own read bring the same one.
  if (news.reading == reading && news.trouble.ok() && news.next_poll > context_.loop.Now()) return;
  const bool recovered = !news.trouble.ok();
  const bool changed = news.update == nullptr || news.update->reading().etag() != reading->etag();
  news.reading = reading;
  if (changed) news.update = std::make_shared<const TaskUpdate>(reading);
  news.trouble = absl::OkStatus();
  news.permanent = false;
  news.unreachable = false;
  poll.failures = 0;
  SetTimer(poll, absl::ZeroDuration());
  if (changed || recovered) Tell(poll);
}

void TaskPoller::Failed(Poll& poll, const absl::Status& status) {
  if (poll.over()) return;
  // A caller who shared the flight had no time for our own budget. The poll has.
  if (IsBudgetRefusal(status)) return Read(poll, kUnderWay);
  PollNews& news = poll.news;
  news.trouble = status;
  news.permanent = IsPermanent(status);
  news.unreachable = news.permanent || ++poll.failures >= kFailuresUntilUnreachable;
  SetTimer(poll, std::min(core::RetryDelayOf(status), kMaxRetryDelay));
  Tell(poll);
}

void TaskPoller::Tell(Poll& poll) {
  poll.telling = true;
  for (auto next = poll.subscribers.begin(); next != poll.subscribers.end();) {
    const std::uint64_t id = next->first;
    // Those who came a moment ago hear it now.
    context_.loop.Cancel(next->second.first_news);
    next->second.observer->OnPoll(poll.news);
    next = poll.subscribers.upper_bound(id);  // anybody may have left
  }
  EndTelling(poll);
}

void TaskPoller::SetTimer(Poll& poll, absl::Duration least_delay) {
  context_.loop.Cancel(poll.timer);
  poll.news.next_poll = absl::InfiniteDuration();
  if (poll.over()) return;
  // Before the first reading a task counts as one at work.
  const v1::Task::State state = poll.news.reading == nullptr ? v1::Task::RUNNING : poll.news.reading->state();
  const absl::Duration interval =
      PollInterval(state, AgeOf(poll), poll.key.first->adapter().traits().min_poll_interval) *
      (1 - kJitter + 2 * kJitter * context_.random.Unit());
  const absl::Duration delay = std::max(interval, least_delay);
  poll.news.next_poll = context_.loop.Now() + delay;
  poll.timer = context_.loop.Schedule(delay, [this, &poll] {
    if (poll.read == 0) Read(poll, kUnderWay);
  });
}

absl::Duration TaskPoller::AgeOf(const Poll& poll) const {
  if (!poll.restarted && poll.news.reading != nullptr && poll.news.reading->create_time().has_value()) {
    const absl::Duration age = context_.loop.clock().Now() - *poll.news.reading->create_time();
    if (age >= absl::ZeroDuration()) return age;
  }
  return context_.loop.Now() - poll.first_seen;
}

void TaskPoller::Remove(Poll& poll) {
  context_.loop.Cancel(poll.timer);
  context_.loop.Cancel(poll.linger);
  if (poll.read != 0) reader_.Leave(poll.read);
  polls_.erase(polls_.find(poll.key));
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/task_follower.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/poll_interval.h"

namespace taskgateway::tasks {
namespace {

// The least time between two searches: each asks every source.
constexpr absl::Duration kSearchInterval = absl::Seconds(3);

// The finder says FAILED_PRECONDITION of an ambiguous id alone.
bool IsPermanent(const absl::Status& status) { return absl::IsNotFound(status) || absl::IsFailedPrecondition(status); }

}  // namespace

TaskFollower::TaskFollower(const Following& following, FollowTarget target, PollObserver& observer)
    : following_(following), target_(std::move(target)), observer_(observer) {}

void TaskFollower::Start() {
  started_ = following_.context.loop.Now();
  if (target_.source == nullptr) return Search();
  subscription_ = following_.poller.Subscribe(*target_.source, target_.task_id, *this);
}

void TaskFollower::Stop() {
  following_.finder.Leave(search_);
  following_.context.loop.Cancel(timer_);
  subscription_.End();
}

void TaskFollower::Search() {
  ReadRequest request;
  request.task_id = target_.task_id;
  request.poll = true;
  search_ = following_.finder.Find(std::move(request),
                                   [this](absl::StatusOr<SharedReading> found) { Found(std::move(found)); });
}

void TaskFollower::Found(absl::StatusOr<SharedReading> found) {
  if (found.ok()) {
    // What was just read is in the cache, so this asks no upstream.
    Source& source = *following_.sources.Find((*found)->task().source());
    subscription_ = following_.poller.Subscribe(source, target_.task_id, *this);
    return;
  }
  search_news_.trouble = std::move(found).status();
  search_news_.permanent = IsPermanent(search_news_.trouble);
  search_news_.unreachable = search_news_.permanent || ++failures_ >= kFailuresUntilUnreachable;
  if (!search_news_.permanent) {
    base::EventLoop& loop = following_.context.loop;
    const absl::Duration delay = std::max(PollInterval(v1::Task::RUNNING, loop.Now() - started_, kSearchInterval),
                                          std::min(core::RetryDelayOf(search_news_.trouble), kMaxRetryDelay));
    search_news_.next_poll = loop.Now() + delay;
    timer_ = loop.Schedule(delay, [this] { Search(); });
  }
  observer_.OnPoll(search_news_);
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/task_follower.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/poll_interval.h"

namespace taskgateway::tasks {
namespace {

// The least time between two searches: one for a source asks them all, one for an alias takes up to two calls.
constexpr absl::Duration kSearchInterval = absl::Seconds(3);

bool EndsAlias(const absl::Status& status) {
  return absl::IsPermissionDenied(status) ||
         (absl::IsNotFound(status) && core::ReasonOf(status) != "TASK_NOT_YET_CREATED");
}

}  // namespace

TaskFollower::TaskFollower(const Following& following, FollowTarget target, PollObserver& observer)
    : following_(following), target_(std::move(target)), observer_(observer) {}

void TaskFollower::Start() {
  started_ = following_.context.loop.Now();
  if (target_.source == nullptr || !target_.provisioned_product_id.empty()) return Search();
  subscription_ = following_.poller.Subscribe(*target_.source, target_.task_id, *this);
  settled_ = true;
}

void TaskFollower::Stop() {
  following_.finder.Leave(search_);
  following_.aliases.Leave(resolve_);
  following_.context.loop.Cancel(timer_);
  settled_ = false;
  subscription_.End();
}

void TaskFollower::Search() {
  if (target_.source != nullptr) {
    resolve_ = following_.aliases.Resolve(
        {.source = target_.source, .provisioned_product_id = target_.provisioned_product_id, .poll = true},
        [this](absl::StatusOr<std::string> task_id) { Resolved(std::move(task_id)); });
    return;
  }
  ReadRequest request;
  request.task_id = target_.task_id;
  request.poll = true;
  search_ = following_.finder.Find(std::move(request),
                                   [this](absl::StatusOr<SharedReading> found) { Found(std::move(found)); });
}

void TaskFollower::Found(absl::StatusOr<SharedReading> found) {
  if (!found.ok()) return Missed(found.status(), EndsSearch(found.status()));
  // What was just read is in the cache, so this asks no upstream.
  Source& source = *following_.sources.Find((*found)->source());
  subscription_ = following_.poller.Subscribe(source, target_.task_id, *this);
  settled_ = true;
}

void TaskFollower::Resolved(absl::StatusOr<std::string> task_id) {
  if (!task_id.ok()) return Missed(task_id.status(), EndsAlias(task_id.status()));
  subscription_ = following_.poller.Subscribe(*target_.source, *task_id, *this);
  // Whether it is the task of an earlier update is known when it has been read.
  settled_ = target_.created_after == absl::InfinitePast();
}

void TaskFollower::OnPoll(const PollNews& news) {
  if (settled_) return observer_.OnPoll(news);
  if (news.reading == nullptr) {
    search_news_ = news;
    return observer_.OnPoll(search_news_);
  }
  if (IsEarlier(*news.reading)) {
    subscription_.End();
    return Missed(core::TaskNotYetCreated(AliasName(*target_.source, target_.provisioned_product_id)), false);
  }
  settled_ = true;
  observer_.OnPoll(news);
}

void TaskFollower::Missed(absl::Status status, bool permanent) {
  search_news_.trouble = std::move(status);
  search_news_.permanent = permanent;
  search_news_.unreachable = permanent || ++failures_ >= kFailuresUntilUnreachable;
  if (!permanent) {
    base::EventLoop& loop = following_.context.loop;
    const absl::Duration delay = std::max(PollInterval(v1::Task::RUNNING, loop.Now() - started_, kSearchInterval),
                                          std::min(core::RetryDelayOf(search_news_.trouble), kMaxRetryDelay));
    search_news_.next_poll = loop.Now() + delay;
    timer_ = loop.Schedule(delay, [this] { Search(); });
  }
  observer_.OnPoll(search_news_);
}

bool TaskFollower::IsEarlier(const Reading& reading) const {
  // The upstream tells whole seconds. A task that does not say when it was created may be an earlier one.
  return !reading.create_time() ||
         absl::ToUnixSeconds(*reading.create_time()) < absl::ToUnixSeconds(target_.created_after);
}

}  // namespace taskgateway::tasks

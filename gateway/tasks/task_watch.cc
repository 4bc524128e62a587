#include "gateway/tasks/task_watch.h"

#include <algorithm>
#include <utility>

#include "adapters/core/proto_time.h"

namespace taskgateway::tasks {

class TaskWatch::Followed final : public PollObserver {
 public:
  Followed(TaskWatch& watch, std::size_t index_in, WatchTarget target)
      : index(index_in),
        unknown_source(std::move(target.unknown_source)),
        follower(watch.following_, std::move(target.target), *this),
        watch_(watch) {}

  void OnPoll(const PollNews& news) override { watch_.OnNews(*this, news); }

  const std::size_t index;
  const absl::Status unknown_source;
  TaskFollower follower;
  SharedUpdate update;      // what was put last
  bool in_trouble = false;  // and then it became unreachable
  bool over = false;

 private:
  TaskWatch& watch_;
};

std::vector<WatchOutbox::Target> TaskWatch::OutboxTargets(const std::vector<WatchTarget>& targets) {
  std::vector<WatchOutbox::Target> made;
  made.reserve(targets.size());
  for (const WatchTarget& target : targets) {
    WatchOutbox::Target& to = made.emplace_back();
    to.requested_name = target.requested_name;
    to.canonical = target.target.source != nullptr &&
                   target.requested_name == CanonicalName(*target.target.source, target.target.task_id);
    if (target.resume_from) to.resume_state = target.resume_from->state;
  }
  return made;
}

TaskWatch::TaskWatch(const Following& following, FanOut& fan_out, std::vector<WatchTarget> targets,
                     absl::Duration heartbeat_interval, WatchOutbox& outbox, std::weak_ptr<Receiver> receiver)
    : following_(following),
      fan_out_(fan_out),
      heartbeat_interval_(heartbeat_interval),
      outbox_(outbox),
      receiver_(std::move(receiver)) {
  followed_.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    followed_.push_back(std::make_unique<Followed>(*this, i, std::move(targets[i])));
  }
}

TaskWatch::~TaskWatch() { following_.context.loop.Cancel(heartbeat_); }

void TaskWatch::Start() {
  for (const auto& followed : followed_) {
    if (followed->unknown_source.ok()) {
      followed->follower.Start();
      continue;
    }
    followed->over = true;
    outbox_.PutTrouble(followed->index, followed->unknown_source, std::nullopt);
    Notify();
  }
  heartbeat_ = following_.context.loop.Schedule(heartbeat_interval_, [this] { Heartbeat(); });
}

void TaskWatch::Close(v1::WatchClosing::Reason reason) {
  outbox_.Close(reason);
  Notify();
}

void TaskWatch::OnNews(Followed& followed, const PollNews& news) {
  if (news.update != nullptr && followed.update == nullptr && !names_.insert(news.update->reading().name()).second) {
    followed.over = true;
    followed.follower.Stop();
    outbox_.Fold(followed.index);
    return Notify();
  }
  const bool recovered = followed.in_trouble && news.trouble.ok();
  if (news.update != nullptr && (news.update != followed.update || recovered)) {
    // What was read before the trouble is told before it.
    followed.update = news.update;
    followed.in_trouble = false;
    followed.over = news.update->reading().done();
    outbox_.PutUpdate(followed.index, news.update);
  }
  if (news.unreachable && !followed.in_trouble) {
    followed.in_trouble = true;
    followed.over = news.permanent;
    std::optional<absl::Duration> retry_delay;
    if (!news.permanent) {
      retry_delay = std::max(news.next_poll - following_.context.loop.Now(), absl::ZeroDuration());
    }
    outbox_.PutTrouble(followed.index, news.trouble, retry_delay);
  } else if (news.permanent) {
    followed.over = true;
    outbox_.PutTrouble(followed.index, news.trouble, std::nullopt);
  }
  if (followed.over) followed.follower.Stop();
  Notify();
}

void TaskWatch::Heartbeat() {
  absl::Time as_of = absl::InfiniteFuture();
  for (const auto& followed : followed_) {
    if (followed->over) continue;
    const SharedReading& reading = followed->follower.news().reading;
    if (reading == nullptr) {
      as_of = absl::InfinitePast();
      break;
    }
    as_of = std::min(as_of, reading->read_time());
  }
  outbox_.PutHeartbeat(as_of == absl::InfiniteFuture() ? absl::InfinitePast() : as_of);
  Notify();
  heartbeat_ = following_.context.loop.Schedule(heartbeat_interval_, [this] { Heartbeat(); });
}

void TaskWatch::Notify() {
  if (std::shared_ptr<Receiver> receiver = receiver_.lock()) fan_out_.Add(std::move(receiver));
}

}  // namespace taskgateway::tasks

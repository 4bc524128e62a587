#include "tests/simulation/unary_callers.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::simulation {

void UnaryCallers::GetTask() {
  static constexpr absl::Duration kStaleness[] = {absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(5),
                                                  absl::Minutes(1), absl::InfiniteDuration()};
  base::Random& random = world_.random;
  const TaskLife& life = world_.AnyTask();
  const tasks::FollowTarget target = world_.TargetOf(life);
  tasks::ReadRequest request;
  request.source = target.source;
  request.task_id = target.task_id;
  request.raw = Chance(random, 0.2);
  request.max_staleness = kStaleness[Pick(random, std::size(kStaleness))];
  // The rpc has no deadline of its own now and then.
  const absl::Duration limit = Chance(random, 0.8) ? random.Below(absl::Seconds(20)) : absl::InfiniteDuration();
  request.deadline = world_.time.loop.Now() + limit;
  const CallBook::CallId call = world_.calls.Open(absl::StrCat("GetTask ", life.id), limit);
  const absl::Duration asked = world_.journal.Elapsed();
  auto done = [this, call, request, asked](const absl::StatusOr<tasks::SharedReading>& answer) {
    world_.calls.Ended(call, answer.status());
    if (world_.Has(Fault::kSecondFinalStatus, 0.1)) world_.calls.Ended(call, answer.status());
    Got(request, asked, answer);
  };
  std::function<void()> leave;
  if (target.source == nullptr) {
    leave = [this, find = world_.gateway.finder().Find(request, std::move(done))] {
      world_.gateway.finder().Leave(find);
    };
  } else {
    tasks::TaskReader& reader = world_.gateway.reader();
    leave = [&reader, read = reader.Read(request, std::move(done))] { reader.Leave(read); };
  }
  if (!Chance(random, 0.2)) return;
  world_.At(asked + random.Below(absl::Milliseconds(200)), [this, call, leave = std::move(leave)] {
    world_.calls.Left(call);
    leave();
  });
}

void UnaryCallers::Got(const tasks::ReadRequest& request, absl::Duration asked,
                       const absl::StatusOr<tasks::SharedReading>& answer) {
  if (!answer.ok()) return;
  const v1::Task& task = (*answer)->task();
  const ScriptedUpstream::TaskReply* reply = world_.witness.Saw(request.task_id, task, world_.journal.Elapsed());
  if (reply == nullptr || task.done()) return;
  // A large reply counts as of when it is decoded.
  const bool fresh = request.max_staleness == absl::ZeroDuration()
                         ? reply->sent_at >= asked
                         : reply->replied_at + kLongestWork >= asked - request.max_staleness;
  const auto outdated = outdated_.find(task.name());
  const bool lasting = outdated == outdated_.end() || outdated->second > asked || reply->sent_at >= outdated->second;
  if (fresh && lasting) return;
  world_.journal.Violated(
      Invariant::kFreshEnough,
      absl::StrCat(task.name(), ", asked for at ", absl::FormatDuration(asked), " at most ",
                   absl::FormatDuration(request.max_staleness), " old, is as of ", absl::FormatDuration(reply->sent_at),
                   lasting ? "" : ", before it was cancelled"));
}

void UnaryCallers::CancelTask() {
  const TaskLife& life = world_.AnyTask();
  tasks::Source& source = world_.gateway.source(life.source);
  world_.journal.Note("cancel " + life.id);
  world_.gateway.Outdate(source, life.id);
  outdated_[tasks::CanonicalName(source, life.id)] = world_.journal.Elapsed();
}

void UnaryCallers::WaitTask() {
  const TaskLife& life = world_.AnyTaskToFollow();
  Waiting& waiting = waits_.emplace_back(
      Waiting{.life = &life, .target = world_.TargetOf(life), .until_done = Chance(world_.random, 0.5)});
  WaitOnce(waiting, "");
}

void UnaryCallers::WaitOnce(Waiting& waiting, std::string etag) {
  base::Random& random = world_.random;
  tasks::WaitTerms terms;
  if (Chance(random, 0.5)) terms.timeout = random.Below(absl::Minutes(1));
  if (Chance(random, 0.5)) terms.deadline = world_.time.loop.Now() + random.Below(absl::Minutes(1));
  if (Chance(random, 0.5)) terms.until_etag_changes_from = std::move(etag);
  world_.upstream.Followed(waiting.life->source, waiting.life->id);
  waiting.call =
      world_.calls.Open("WaitTask " + waiting.life->id, std::min(terms.limit, terms.deadline - world_.time.loop.Now()));
  waiting.wait =
      std::make_unique<tasks::TaskWait>(world_.gateway.following(), world_.gateway.cache(), waiting.target, terms,
                                        [this, &waiting](const tasks::WaitResult& result) { Waited(waiting, result); });
  waiting.wait->Start();
  if (waiting.until_done || !Chance(random, 0.2)) return;
  world_.At(world_.journal.Elapsed() + random.Below(absl::Seconds(20)), [this, &waiting] {
    world_.calls.Left(waiting.call);
    waiting.wait.reset();
  });
}

void UnaryCallers::Waited(Waiting& waiting, const tasks::WaitResult& result) {
  world_.calls.Ended(waiting.call, result.status);
  std::string etag;
  if (result.status.ok()) {
    const v1::Task& task = result.reading->task();
    world_.witness.Saw(waiting.life->id, task, world_.journal.Elapsed());
    waiting.told = task.done();
    etag = task.etag();
    if (task.done() != (result.outcome == v1::WaitTaskResponse::DONE)) {
      world_.journal.Violated(Invariant::kTerminalEvent, absl::StrCat(waiting.life->id, " ended with another outcome"));
    }
  }
  const bool passing = !result.status.ok() && !absl::IsUnavailable(result.status) && !absl::IsNotFound(result.status) &&
                       !absl::IsPermissionDenied(result.status);
  if (passing) {
    world_.journal.Violated(Invariant::kOneFinalStatus,
                            absl::StrCat("a wait for ", waiting.life->id, " ended for what may pass"));
  }
  if (!waiting.until_done || waiting.told) return;
  const absl::Duration pause = absl::Seconds(1) + world_.random.Below(absl::Seconds(20));
  world_.At(world_.journal.Elapsed() + pause, [this, &waiting, etag] { WaitOnce(waiting, etag); });
}

void UnaryCallers::CheckWaits() {
  for (const Waiting& waiting : waits_) {
    if (!waiting.until_done || waiting.told) continue;
    world_.journal.Violated(Invariant::kTerminalEvent, "who waited for " + waiting.life->id + " never heard its end");
  }
}

}  // namespace taskgateway::simulation

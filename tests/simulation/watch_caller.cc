#include "tests/simulation/watch_caller.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::simulation {
namespace {

constexpr absl::Duration kSlowest = absl::Seconds(40);
constexpr absl::Duration kHeartbeat = absl::Seconds(15);

}  // namespace

// One stream of the caller, as the gRPC edge would have it.
class WatchCaller::Stream final : public tasks::Receiver, public std::enable_shared_from_this<Stream> {
 public:
  Stream(WatchCaller& caller, const std::vector<tasks::WatchTarget>& targets)
      : caller_(&caller), world_(caller.world_), outbox_(tasks::TaskWatch::OutboxTargets(targets)) {}

  void Start(std::vector<tasks::WatchTarget> targets) {
    watch_ = std::make_unique<tasks::TaskWatch>(world_.gateway.following(), world_.gateway.fan_out(),
                                                std::move(targets), kHeartbeat, outbox_, weak_from_this());
    watch_->Start();
  }
  void Drain() { watch_->Close(v1::WatchClosing::DRAINING); }
  void Close() {
    caller_ = nullptr;
    outbox_.Cancel();
    watch_.reset();
  }

  void Deliver() override {
    if (caller_ == nullptr) return;
    const tasks::WatchOutbox::Step step = outbox_.Take();
    if (step.kind == tasks::WatchOutbox::Step::kFinish) return caller_->Finished();
    if (step.kind != tasks::WatchOutbox::Step::kWrite) return;
    v1::WatchTasksResponse event;
    std::ignore = event.ParseFromString(*step.shared + step.own);
    // A message is written when the reader has taken it.
    const absl::Duration writing = caller_->slow_ ? world_.random.Below(kSlowest) : absl::ZeroDuration();
    world_.time.loop.Schedule(writing, [self = shared_from_this()] {
      self->outbox_.Written();
      self->Deliver();
    });
    caller_->Take(std::move(event));
  }
  std::size_t lane() const override { return 0; }

 private:
  WatchCaller* caller_;  // null: it is gone
  World& world_;
  tasks::WatchOutbox outbox_;
  std::unique_ptr<tasks::TaskWatch> watch_;
};

WatchCaller::WatchCaller(World& world, const std::vector<const TaskLife*>& lives)
    : world_(world), slow_(Chance(world.random, 0.3)) {
  for (const TaskLife* life : lives) {
    const tasks::FollowTarget target = world_.TargetOf(*life);
    const std::string source = target.source == nullptr ? "-" : life->source;
    names_.push_back(
        {.life = life, .target = target, .requested = absl::StrCat("sources/", source, "/tasks/", life->id)});
  }
}

void WatchCaller::Open() {
  if (left_) return;
  std::vector<tasks::WatchTarget> targets;
  for (Name& name : names_) {
    if (name.done) continue;
    tasks::WatchTarget target{.requested_name = name.requested, .target = name.target, .unknown_source = {}};
    name.snapshot_next = true;
    name.resumes = !name.token.empty();
    if (name.resumes) {
      target.resume_from = tasks::FromToken(name.token);
      // As the gRPC edge does: a name stays with the task that it was resolved to.
      target.target.source = &world_.gateway.source(name.life->source);
    }
    world_.upstream.Followed(name.life->source, name.life->id);
    targets.push_back(std::move(target));
  }
  closed_ = false;
  opened_ = world_.journal.Elapsed();
  call_ = world_.calls.Open("WatchTasks");
  stream_ = std::make_shared<Stream>(*this, targets);
  stream_->Start(std::move(targets));
}

void WatchCaller::Close() {
  if (stream_ == nullptr) return;
  std::exchange(stream_, nullptr)->Close();
  held_back_.reset();
}

void WatchCaller::Cut() {
  if (stream_ == nullptr) return;
  world_.calls.Left(call_);
  Close();
  world_.At(world_.journal.Elapsed() + world_.random.Below(absl::Seconds(20)), [this] { Open(); });
}

void WatchCaller::Drain() {
  if (stream_ != nullptr) stream_->Drain();
}

void WatchCaller::Leave() {
  left_ = true;
  if (stream_ == nullptr) return;
  world_.calls.Left(call_);
  Close();
}

void WatchCaller::Take(v1::WatchTasksResponse event) {
  if (closed_) world_.journal.Violated(Invariant::kOrderPerTask, "an event came behind closing");
  closed_ = closed_ || event.has_closing();
  if (event.has_heartbeat() || event.has_closing()) return;
  const auto named = std::ranges::find(names_, event.requested_name(), &Name::requested);
  if (event.has_unreachable()) {
    world_.journal.Note(absl::StrCat("unreachable ", event.requested_name()));
    named->snapshot_next = true;
    return;
  }
  const v1::Task& task = event.has_snapshot() ? event.snapshot().task() : event.changed().task();
  if (task.done() && world_.fault == Fault::kLostTerminalEvent) return;
  if (world_.fault == Fault::kSwappedEvents && !held_back_ && event.has_snapshot()) {
    held_back_ = std::move(event);
    return;
  }
  TakeTask(*named, event);
  if (held_back_ && held_back_->requested_name() == named->requested) TakeTask(*named, *std::exchange(held_back_, {}));
}

void WatchCaller::TakeTask(Name& name, const v1::WatchTasksResponse& event) {
  const v1::Task& task = event.has_snapshot() ? event.snapshot().task() : event.changed().task();
  world_.witness.Saw(name.life->id, task, opened_);
  if (name.done) Wrong(name, "an event came behind the end");
  if (event.has_snapshot() != name.snapshot_next)
    Wrong(name, "a snapshot comes first and behind trouble, and only there");
  if (event.has_changed() && event.changed().previous_state() != name.state)
    Wrong(name, "another state was told before");
  const bool moved = name.resumes && name.state != task.state();
  if (event.has_snapshot() && event.snapshot().gap() != moved) Wrong(name, "a gap is a state that has moved meanwhile");
  const std::size_t reply = Witness::NumberOf(task);
  if (reply < name.reply) Wrong(name, absl::StrCat("reply ", reply, " was told behind reply ", name.reply));
  name.token = event.resume_token();
  name.state = task.state();
  name.reply = reply;
  name.snapshot_next = false;
  name.resumes = false;
  name.done = task.done();
}

void WatchCaller::Wrong(const Name& name, std::string_view what) {
  world_.journal.Violated(Invariant::kOrderPerTask,
                          absl::StrCat("the watch of call ", call_, ", ", name.requested, ": ", std::string(what)));
}

void WatchCaller::Finished() {
  world_.calls.Ended(call_, absl::OkStatus());
  Close();
  // Of tasks that could not be read any more the end has still to be told.
  const bool goes_on = std::ranges::any_of(names_, [](const Name& name) { return !name.done; });
  if (goes_on && world_.fault != Fault::kLostTerminalEvent) {
    world_.At(world_.journal.Elapsed() + absl::Seconds(5), [this] { Open(); });
  }
}

void WatchCaller::CheckEnds() const {
  if (left_) return;
  for (const Name& name : names_) {
    if (!name.done)
      world_.journal.Violated(Invariant::kTerminalEvent, "the end of " + name.requested + " was not told");
  }
}

}  // namespace taskgateway::simulation

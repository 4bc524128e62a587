#include "tests/simulation/simulation.h"

#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/log_caller.h"
#include "tests/simulation/unary_callers.h"
#include "tests/simulation/watch_caller.h"

namespace taskgateway::simulation {
namespace {

// Longer than anything is kept or scheduled for when nobody is there.
constexpr absl::Duration kLinger = absl::Seconds(30);
constexpr absl::Duration kForgotten = absl::Minutes(61);

// Everybody who calls in one run.
class Crowd {
 public:
  explicit Crowd(World& world) : world_(world), unary_(world) {
    base::Random& random = world_.random;
    for (std::size_t i = 6 + Pick(random, 10); i > 0; --i) AtSomeTime([this] { AddWatch(); });
    for (std::size_t i = 10 + Pick(random, 10); i > 0; --i) AtSomeTime([this] { unary_.WaitTask(); });
    for (std::size_t i = 4 + Pick(random, 8); i > 0; --i) AtSomeTime([this] { AddLogReader(); });
    for (std::size_t i = 40 + Pick(random, 80); i > 0; --i) AtSomeTime([this] { unary_.GetTask(); });
    for (std::size_t i = Pick(random, 4); i > 0; --i) AtSomeTime([this] { unary_.CancelTask(); });
    // A flood of reads, and so many watchers at once that they are told on the executor.
    if (Chance(random, 0.2)) AtSomeTime([this] { Repeat(300, absl::Milliseconds(60), [this] { unary_.GetTask(); }); });
    if (Chance(random, 0.1)) AtSomeTime([this] { Repeat(40, absl::Milliseconds(1), [this] { AddWatch(); }); });
  }

  // All calls are over that can end by themselves.
  void Check() const {
    for (const WatchCaller& watch : watches_) watch.CheckEnds();
    for (const LogCaller& log : logs_) log.CheckEnd();
  }
  void CheckWaits() { unary_.CheckWaits(); }

 private:
  void AtSomeTime(std::function<void()> what) { world_.At(world_.random.Below(kTroubleEnds), std::move(what)); }
  void SoonAfter(std::function<void()> what) {
    world_.At(world_.journal.Elapsed() + world_.random.Below(absl::Minutes(2)), std::move(what));
  }
  void Repeat(int times, absl::Duration interval, std::function<void()> what) {
    for (int i = 0; i < times; ++i) world_.At(world_.journal.Elapsed() + i * interval, what);
  }

  void AddWatch() {
    std::vector<const TaskLife*> lives;
    for (const TaskLife& life : world_.upstream.lives()) {
      if (Chance(world_.random, 0.4)) lives.push_back(&life);
    }
    if (lives.empty()) return;
    WatchCaller& watch = watches_.emplace_back(world_, lives);
    watch.Open();
    if (Chance(world_.random, 0.4)) SoonAfter([&watch] { watch.Cut(); });
    if (Chance(world_.random, 0.1)) SoonAfter([&watch] { watch.Drain(); });
    if (Chance(world_.random, 0.2)) SoonAfter([&watch] { watch.Leave(); });
  }

  void AddLogReader() {
    LogCaller& log = logs_.emplace_back(world_, world_.AnyTask());
    log.Open();
    for (std::size_t i = Pick(world_.random, 3); i > 0; --i) SoonAfter([&log] { log.Cut(); });
    if (Chance(world_.random, 0.2)) SoonAfter([&log] { log.Leave(); });
  }

  World& world_;
  UnaryCallers unary_;
  std::deque<WatchCaller> watches_;
  std::deque<LogCaller> logs_;
};

}  // namespace

RunResult Simulate(const RunOptions& options) {
  World world(options);
  {
    Crowd crowd(world);
    world.time.RunFor(kEverythingIsTold);
    crowd.Check();
    crowd.CheckWaits();
    world.calls.CheckAllEnded();
    world.time.RunFor(kLinger);
    world.gateway.CheckNothingIsHeld(world.journal);
    if (world.upstream.in_flight() > 0) world.journal.Violated(Invariant::kMemoryReturns, "requests under way");
    world.time.RunFor(kForgotten);
    world.gateway.CheckNothingIsRemembered(world.journal);
    // A loop without timers has nothing to wait for.
    world.time.RunFor(absl::ZeroDuration());
    if (world.time.HasTimers()) world.journal.Violated(Invariant::kMemoryReturns, "timers that never end");
  }
  return {.hash = world.journal.Hash(),
          .trace = world.journal.trace(),
          .violations = world.journal.violations(),
          .requests = world.upstream.requests(),
          .calls = world.calls.size()};
}

RunResult SimulateTwice(const RunOptions& options) {
  RunResult first = Simulate(options);
  const RunResult second = Simulate(options);
  if (first.hash != second.hash) {
    first.violations.push_back(
        {Invariant::kOneSeedOneTrace,
         absl::StrCat("seed ", options.seed, ": one-seed-one-trace: ", first.hash, " and ", second.hash)});
  }
  return first;
}

}  // namespace taskgateway::simulation

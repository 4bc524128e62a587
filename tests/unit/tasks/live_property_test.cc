// Random lives of tasks, upstreams and callers on virtual time, and what holds in all of them.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/task_wait.h"
#include "gateway/tasks/task_watch.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/watch_tasks.pb.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using support::TransferFailure;

constexpr absl::Duration kTasksEnd = absl::Minutes(5);
constexpr absl::Duration kTroubleEnds = absl::Minutes(6);
constexpr absl::Duration kEverythingIsTold = absl::Minutes(8);

// The life of one task: it is in state i from moment i on.
struct Life {
  std::vector<std::pair<absl::Duration, std::string>> states;

  std::size_t IndexAt(absl::Duration since) const {
    std::size_t index = 0;
    while (index + 1 < states.size() && states[index + 1].first <= since) ++index;
    return index;
  }
  std::size_t IndexOf(v1::Task::State state) const {
    const auto found = std::ranges::find(states, v1::Task::State_Name(state), [](const auto& s) { return s.second; });
    EXPECT_NE(found, states.end()) << "no OK without an upstream reply";
    return static_cast<std::size_t>(found - states.begin());
  }
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    live_.upstream.random = base::Random(seed + 1);
    for (int i = 0; i < 6; ++i) {
      Life& life = lives_["t" + std::to_string(i)];
      life.states = {{absl::ZeroDuration(), "PENDING"},
                     {random_.Below(kTasksEnd / 2), "RUNNING"},
                     {kTasksEnd / 2 + random_.Below(kTasksEnd / 2), Chance(0.5) ? "SUCCEEDED" : "FAILED"}};
    }
    live_.upstream.http.SetScript([this](const core::HttpRequest& request) { return Answer(request); });
  }
  ~World() {
    for (const auto& watcher : watchers_) watcher->watch.reset();
  }

  // Lives it all; the trace tells everything that callers were told, and when.
  std::string Run() {
    for (int i = 0; i < 20; ++i) At(random_.Below(kTasksEnd), [this] { AddWatcher(); });
    for (int i = 0; i < 40; ++i) At(random_.Below(kTasksEnd), [this] { AddWait(); });
    for (int i = 0; i < 40; ++i) At(random_.Below(kEverythingIsTold), [this] { Read(); });
    live_.Run(kEverythingIsTold);
    Check();
    return trace_;
  }

 private:
  struct Watcher final : Receiver, std::enable_shared_from_this<Watcher> {
    Watcher(World& world_in, const std::vector<WatchTarget>& targets)
        : world(world_in), outbox(TaskWatch::OutboxTargets(targets)) {}

    void Deliver() override {
      if (writing) return;
      const WatchOutbox::Step step = outbox.Take();
      finished = finished || step.kind == WatchOutbox::Step::kFinish;
      if (step.kind != WatchOutbox::Step::kWrite) return;
      writing = true;
      EXPECT_FALSE(closed) << "nothing comes behind closing";
      v1::WatchTasksResponse event;
      EXPECT_TRUE(event.ParseFromString(*step.shared + step.own));
      Note(event);
      // The message is written when the reader has taken it.
      world.live_.upstream.time.loop.Schedule(slow ? world.random_.Below(absl::Seconds(40)) : absl::ZeroDuration(),
                                              [self = shared_from_this()] {
                                                self->writing = false;
                                                self->outbox.Written();
                                                self->Deliver();
                                              });
    }
    std::size_t lane() const override { return 0; }

    void Note(const v1::WatchTasksResponse& event) {
      absl::StrAppend(&world.trace_, absl::FormatDuration(world.live_.now()), " ", id, " ", event.ShortDebugString(),
                      "\n");
      closed = closed || event.has_closing();
      if (event.has_unreachable()) had_trouble[event.requested_name()] = true;
      if (!event.has_snapshot() && !event.has_changed()) return;
      const v1::Task& task = event.has_snapshot() ? event.snapshot().task() : event.changed().task();
      const Life& life = world.lives_.at(task.name().substr(task.name().rfind('/') + 1));
      const std::size_t index = life.IndexOf(task.state());
      const auto [told, first] = states.emplace(event.requested_name(), index);
      EXPECT_EQ(event.has_snapshot(), first || had_trouble[event.requested_name()]) << "first, and behind trouble";
      had_trouble[event.requested_name()] = false;
      EXPECT_GE(index, told->second) << "in order";
      if (event.has_changed()) {
        EXPECT_EQ(life.IndexOf(event.changed().previous_state()), told->second);
      }
      told->second = index;
    }

    World& world;
    WatchOutbox outbox;
    std::unique_ptr<TaskWatch> watch;
    int id = 0;
    bool slow = false;
    bool writing = false;
    bool closed = false;
    bool finished = false;
    bool left = false;
    std::map<std::string, std::size_t> states;  // by requested name: the last one told
    std::map<std::string, bool> had_trouble;
    std::size_t names = 0;
  };

  void At(absl::Duration moment, std::function<void()> what) {
    live_.upstream.time.loop.Schedule(moment, std::move(what));
  }
  bool Chance(double share) { return random_.Unit() < share; }
  std::string AnyTask() { return "t" + std::to_string(static_cast<int>(random_.Unit() * 6)); }
  FollowTarget AnyTarget(const std::string& task_id) { return {Chance(0.3) ? nullptr : &live_.source(), task_id}; }

  std::optional<support::FakeHttpClient::ScriptedReply> Answer(const core::HttpRequest& request) {
    const absl::Duration latency =
        Chance(0.05) ? random_.Below(absl::Seconds(8)) : random_.Below(absl::Milliseconds(80));
    const absl::Duration since = live_.now() - begin_;
    if (since < kTroubleEnds && Chance(0.2)) {
      return {{TransferFailure(upstream::TransferError::kUnreachable), latency}};
    }
    if (request.host != "s.test") return {{HttpReply(404), latency}};
    const Life& life = lives_.at(request.path.substr(request.path.rfind('/') + 1));
    std::size_t index = life.IndexAt(since);
    // Sometimes a replica of the upstream is behind, also after the end; while a task lives, readers may see that.
    if (index + 1 == life.states.size() && ended_.contains(request.path) && Chance(0.3)) index = 1;
    if (index + 1 == life.states.size()) ended_[request.path] = true;
    return {{HttpReply(200, life.states[index].second), latency}};
  }

  void AddWatcher() {
    std::vector<WatchTarget> targets;
    for (const auto& [task_id, life] : lives_) {
      if (!Chance(0.5)) continue;
      const FollowTarget target = AnyTarget(task_id);
      targets.push_back({.requested_name = absl::StrCat("sources/", target.source ? "s" : "-", "/tasks/", task_id),
                         .target = target,
                         .unknown_source = absl::OkStatus()});
    }
    if (targets.empty()) return;
    auto watcher = std::make_shared<Watcher>(*this, targets);
    watcher->id = static_cast<int>(watchers_.size());
    watcher->slow = Chance(0.4);
    watcher->names = targets.size();
    watcher->watch = std::make_unique<TaskWatch>(live_.following(), live_.fan_out, std::move(targets),
                                                 absl::Seconds(15), watcher->outbox, watcher);
    watcher->watch->Start();
    watchers_.push_back(watcher);
    if (Chance(0.3)) {
      At(random_.Below(absl::Minutes(2)), [watcher] {
        watcher->left = true;
        watcher->watch.reset();
        watcher->outbox.Cancel();
        watcher->Deliver();
      });
    }
  }

  void AddWait() {
    const std::string task_id = AnyTask();
    const std::size_t index = waits_.size();
    waits_.emplace_back();
    answers_.push_back(0);
    waits_[index] = std::make_unique<TaskWait>(
        live_.following(), live_.upstream.cache, AnyTarget(task_id),
        WaitTerms{.timeout = Chance(0.5) ? std::make_optional(random_.Below(absl::Minutes(2))) : std::nullopt},
        [this, index, task_id](const WaitResult& result) {
          ++answers_[index];
          absl::StrAppend(&trace_, absl::FormatDuration(live_.now()), " wait ", index, " ",
                          absl::StatusCodeToString(result.status.code()), " ", static_cast<int>(result.outcome), "\n");
          EXPECT_TRUE(result.status.ok() || absl::IsUnavailable(result.status)) << result.status;
          if (result.status.ok()) {
            const v1::Task& task = result.reading->task();
            EXPECT_EQ(task.done(), result.outcome == v1::WaitTaskResponse::DONE);
            EXPECT_LE(lives_.at(task_id).IndexOf(task.state()), lives_.at(task_id).IndexAt(live_.now() - begin_));
          }
        });
    waits_[index]->Start();
  }

  void Read() {
    const std::string task_id = AnyTask();
    ReadRequest request;
    request.source = &live_.source();
    request.task_id = task_id;
    request.raw = Chance(0.3);
    request.max_staleness = Chance(0.3) ? absl::ZeroDuration() : kDefaultStaleness;
    request.deadline = live_.now() + absl::Seconds(10);
    live_.reader.Read(std::move(request), [this, task_id](const absl::StatusOr<SharedReading>& reading) {
      if (!reading.ok()) return;
      const bool done = (*reading)->task().done();
      EXPECT_TRUE(done || !seen_done_[task_id]) << "a done task stays done";
      seen_done_[task_id] = seen_done_[task_id] || done;
    });
  }

  void Check() {
    for (const auto& watcher : watchers_) {
      if (watcher->left) continue;
      EXPECT_TRUE(watcher->closed && watcher->finished) << "watcher " << watcher->id << " was told the end";
      EXPECT_EQ(watcher->states.size(), watcher->names);
      for (const auto& [name, index] : watcher->states) EXPECT_EQ(index, 2u) << name << " ended";
    }
    for (const int answers : answers_) EXPECT_EQ(answers, 1) << "every wait has one answer";
    for (const auto& watcher : watchers_) watcher->watch.reset();
    live_.Run(absl::Seconds(30));
    EXPECT_EQ(live_.poller.polls(), 0u);
    EXPECT_EQ(live_.reader.flights(), 0u);
    // A bucket of 20 that fills at 20 a second, for each source: 21 requests take 50 ms, 41 take a second and more.
    std::map<std::string, std::vector<absl::Duration>> sent;
    for (const auto& request : live_.upstream.http.sent()) sent[request.url].push_back(request.at);
    for (const auto& [url, moments] : sent) {
      for (const std::size_t more : {20u, 40u}) {
        for (std::size_t i = more; i < moments.size(); ++i) {
          EXPECT_GE(moments[i] - moments[i - more], absl::Seconds((more + 1 - 20) / 20.0) - absl::Microseconds(1));
        }
      }
    }
  }

  base::Random random_;
  support::LiveTasks live_{{"s", "other"}};
  const absl::Duration begin_ = live_.now();
  std::map<std::string, Life> lives_;
  std::map<std::string, bool> ended_;
  std::map<std::string, bool> seen_done_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  std::vector<std::unique_ptr<TaskWait>> waits_;
  std::vector<int> answers_;
  std::string trace_;
};

TEST(LivePropertyTest, WhateverHappensTheEndIsToldOnceAndInOrder) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    World(seed).Run();
    if (testing::Test::HasFailure()) return;
  }
}

TEST(LivePropertyTest, OneSeedIsOneTrace) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) EXPECT_EQ(World(seed).Run(), World(seed).Run());
}

}  // namespace
}  // namespace taskgateway::tasks

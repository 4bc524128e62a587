#include "gateway/tasks/task_watch.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/watch_tasks.pb.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kHour = absl::Hours(1);

// An event in a few words: `snapshot RUNNING`, `changed PENDING RUNNING`, `unreachable NOT_FOUND`, `closing ALL_DONE`.
std::string Words(const v1::WatchTasksResponse& event) {
  const auto state = [](v1::Task::State value) { return v1::Task::State_Name(value); };
  switch (event.event_case()) {
    case v1::WatchTasksResponse::kSnapshot:
      return absl::StrCat(event.snapshot().gap() ? "gap " : "", "snapshot ", state(event.snapshot().task().state()));
    case v1::WatchTasksResponse::kChanged:
      return absl::StrCat("changed ", state(event.changed().previous_state()), " ",
                          state(event.changed().task().state()));
    case v1::WatchTasksResponse::kUnreachable:
      return absl::StrCat(event.unreachable().will_retry() ? "unreachable " : "gone ",
                          absl::StatusCodeToString(static_cast<absl::StatusCode>(event.unreachable().status().code())));
    case v1::WatchTasksResponse::kHeartbeat:
      return "heartbeat";
    case v1::WatchTasksResponse::kClosing:
      return absl::StrCat("closing ", v1::WatchClosing::Reason_Name(event.closing().reason()));
    case v1::WatchTasksResponse::EVENT_NOT_SET:
      break;
  }
  return "nothing";
}

// A watcher who reads what comes as soon as it comes, or, when slow, only when told.
class Watcher final : public Receiver, public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(support::LiveTasks& live, std::vector<WatchTarget> targets, absl::Duration heartbeat)
      : outbox_(TaskWatch::OutboxTargets(targets)) {
    start_ = [this, &live, targets = std::move(targets), heartbeat]() mutable {
      watch = std::make_unique<TaskWatch>(live.following(), live.fan_out, std::move(targets), heartbeat, outbox_,
                                          weak_from_this());
      watch->Start();
    };
  }
  void Start() { start_(); }

  void Deliver() override {
    if (!slow) ReadAll();
  }
  std::size_t lane() const override { return 0; }

  void ReadAll() {
    for (;;) {
      const WatchOutbox::Step step = outbox_.Take();
      if (step.kind == WatchOutbox::Step::kFinish) finished = true;
      if (step.kind != WatchOutbox::Step::kWrite) return;
      v1::WatchTasksResponse event;
      EXPECT_TRUE(event.ParseFromString(*step.shared + step.own));
      heard.push_back(Words(event));
      bytes.push_back(step.shared);
      events.push_back(std::move(event));
      outbox_.Written();
    }
  }

  std::unique_ptr<TaskWatch> watch;
  bool slow = false;
  bool finished = false;
  std::vector<std::string> heard;
  std::vector<v1::WatchTasksResponse> events;
  std::vector<SharedBytes> bytes;

 private:
  WatchOutbox outbox_;
  std::function<void()> start_;
};

class TaskWatchTest : public testing::Test {
 protected:
  ~TaskWatchTest() override {
    for (const auto& watcher : watchers_) watcher->watch.reset();
  }

  WatchTarget Target(const std::string& task_id, const std::string& token = "") {
    WatchTarget target{.requested_name = "sources/s/tasks/" + task_id,
                       .target = {&live_.source(), task_id},
                       .unknown_source = absl::OkStatus()};
    if (!token.empty()) target.resume_from = FromToken(token);
    return target;
  }
  static WatchTarget Anywhere(const std::string& task_id) {
    return {.requested_name = "sources/-/tasks/" + task_id,
            .target = {nullptr, task_id},
            .unknown_source = absl::OkStatus()};
  }
  Watcher& Watch(std::vector<WatchTarget> targets, absl::Duration heartbeat = kHour) {
    watchers_.push_back(std::make_shared<Watcher>(live_, std::move(targets), heartbeat));
    watchers_.back()->Start();
    return *watchers_.back();
  }

  support::LiveTasks live_{{"s", "other"}};
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

TEST_F(TaskWatchTest, ASnapshotThenEachChangeThenTheEnd) {
  live_.Say("t", "PENDING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(2));
  live_.Say("t", "RUNNING");
  live_.Run(absl::Seconds(2));
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot PENDING", "changed PENDING RUNNING", "changed RUNNING SUCCEEDED",
                                         "closing ALL_DONE"));
  EXPECT_TRUE(watcher.finished);
  EXPECT_EQ(watcher.events[0].name(), "sources/s/tasks/t");
  EXPECT_EQ(watcher.events[0].requested_name(), "sources/s/tasks/t");
}

TEST_F(TaskWatchTest, AChangeOfTheEtagAloneIsAChange) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(2));
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-detail", "new"}}));
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "changed RUNNING RUNNING"));
}

TEST_F(TaskWatchTest, WatchingOnlyDoneTasksIsSnapshotsAndTheEnd) {
  live_.Say("a", "SUCCEEDED");
  live_.Say("b", "FAILED");
  Watcher& watcher = Watch({Target("a"), Target("b")});
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot SUCCEEDED", "snapshot FAILED", "closing ALL_DONE"));
  EXPECT_TRUE(watcher.finished);
}

TEST_F(TaskWatchTest, ManyWatchersCostOnePollAndShareTheBytesOfEachEvent) {
  live_.Say("t", "RUNNING");
  for (int i = 0; i < 100; ++i) Watch({Target("t")});
  live_.Run(absl::Milliseconds(100));
  EXPECT_EQ(live_.sent(), 1u);
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(2));
  EXPECT_EQ(live_.sent(), 2u);
  for (const auto& watcher : watchers_) {
    EXPECT_EQ(watcher->bytes[0], watchers_[0]->bytes[0]);
    EXPECT_EQ(watcher->bytes[1], watchers_[0]->bytes[1]);
  }
}

TEST_F(TaskWatchTest, ASlowReaderGetsTheLatestValueAndNeverMissesTheEnd) {
  live_.Say("t", "PENDING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(1));
  watcher.slow = true;
  for (const char* state : {"RUNNING", "CANCELLING", "SUCCEEDED"}) {
    live_.Say("t", state);
    live_.Run(absl::Seconds(5));
  }
  EXPECT_THAT(watcher.heard, SizeIs(1));
  watcher.ReadAll();
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot PENDING", "changed PENDING SUCCEEDED", "closing ALL_DONE"))
      << "the state before is the one that this watcher was told";
}

TEST_F(TaskWatchTest, ASlowReaderOfATaskThatComesBackToWhatItWasHearsNothing) {
  live_.Say("t", "PENDING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(1));
  watcher.slow = true;
  live_.Say("t", "RUNNING");
  live_.Run(absl::Seconds(5));
  live_.Say("t", "PENDING");
  live_.Run(absl::Seconds(5));
  watcher.ReadAll();
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot PENDING"));
}

TEST_F(TaskWatchTest, AHeartbeatIsDataAndSaysUpToWhenEverythingWasTold) {
  live_.Say("t", "RUNNING");
  live_.Say("done", "SUCCEEDED");
  const std::int64_t begin = absl::ToUnixSeconds(live_.upstream.time.clock.Now());
  Watcher& watcher = Watch({Target("t"), Target("done")}, absl::Seconds(15));
  live_.Run(absl::Seconds(31));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "snapshot SUCCEEDED", "heartbeat", "heartbeat"));
  EXPECT_GE(watcher.events[2].heartbeat().as_of().seconds(), begin + 10) << "the done task does not hold it back";
  EXPECT_GT(watcher.events[3].heartbeat().as_of().seconds(), watcher.events[2].heartbeat().as_of().seconds());
  EXPECT_TRUE(watcher.events[2].name().empty() && watcher.events[2].resume_token().empty());
}

TEST_F(TaskWatchTest, AHeartbeatWithoutAReadingHasNoMoment) {
  live_.SayNothing("t");
  Watcher& watcher = Watch({Target("t")}, absl::Seconds(5));
  live_.Run(absl::Seconds(6));
  ASSERT_FALSE(watcher.heard.empty());
  EXPECT_EQ(watcher.heard.back(), "heartbeat");
  EXPECT_FALSE(watcher.events.back().heartbeat().has_as_of());
}

TEST_F(TaskWatchTest, ThreeFailedPollsInARowAreUnreachableOnceAndASnapshotEndsIt) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(1));
  live_.SayNothing("t");
  live_.Run(absl::Minutes(5));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "unreachable UNAVAILABLE"));
  EXPECT_TRUE(watcher.events[1].unreachable().has_retry_delay());
  EXPECT_EQ(watcher.events[1].resume_token(), watcher.events[0].resume_token());
  live_.Say("t", "RUNNING");
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "unreachable UNAVAILABLE", "snapshot RUNNING"));
}

TEST_F(TaskWatchTest, WhoComesDuringTroubleIsToldWhatIsKnownAndTheTrouble) {
  live_.Say("t", "RUNNING");
  Watch({Target("t")});
  live_.Run(absl::Seconds(1));
  live_.SayNothing("t");
  live_.Run(absl::Minutes(1));
  Watcher& late = Watch({Target("t")});
  live_.Run(absl::ZeroDuration());
  EXPECT_THAT(late.heard, ElementsAre("snapshot RUNNING", "unreachable UNAVAILABLE"));
}

TEST_F(TaskWatchTest, NotFoundAndDeniedLeaveTheStreamAtOnce) {
  live_.Say("denied", HttpReply(403));
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("missing"), Target("t"), Target("denied")});
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(watcher.heard,
              testing::UnorderedElementsAre("gone NOT_FOUND", "snapshot RUNNING", "gone PERMISSION_DENIED"));
  EXPECT_FALSE(watcher.events[0].unreachable().has_retry_delay());
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(3));
  EXPECT_EQ(watcher.heard.back(), "closing ALL_DONE");
}

TEST_F(TaskWatchTest, AnUnknownSourceLeavesTheStream) {
  WatchTarget target = Target("t");
  target.requested_name = "sources/nowhere/tasks/t";
  target.unknown_source = absl::NotFoundError("no such source");
  Watcher& watcher = Watch({target});
  live_.Run(absl::ZeroDuration());
  EXPECT_THAT(watcher.heard, ElementsAre("gone NOT_FOUND", "closing ALL_DONE"));
  EXPECT_EQ(watcher.events[0].requested_name(), "sources/nowhere/tasks/t");
  EXPECT_EQ(live_.sent(), 0u);
}

TEST_F(TaskWatchTest, GapIsTrueExactlyWhenATokenWasGivenAndTheStateHasMoved) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("t")});
  live_.Run(absl::Seconds(1));
  const std::string token = watcher.events[0].resume_token();
  Watcher& same = Watch({Target("t", token)});
  live_.Run(absl::ZeroDuration());
  EXPECT_THAT(same.heard, ElementsAre("snapshot RUNNING"));
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(2));
  Watcher& moved = Watch({Target("t", token)});
  Watcher& anew = Watch({Target("t")});
  live_.Run(absl::ZeroDuration());
  EXPECT_THAT(moved.heard, ElementsAre("gap snapshot SUCCEEDED", "closing ALL_DONE"));
  EXPECT_THAT(anew.heard, ElementsAre("snapshot SUCCEEDED", "closing ALL_DONE"));
}

TEST_F(TaskWatchTest, TheWildcardIsToldUnderBothNames) {
  live_.Say("t", "RUNNING", "other");
  Watcher& watcher = Watch({Anywhere("t")});
  live_.Run(absl::Seconds(1));
  live_.Say("t", "SUCCEEDED", "other");
  live_.Run(absl::Seconds(3));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "changed RUNNING SUCCEEDED", "closing ALL_DONE"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(watcher.events[i].name(), "sources/other/tasks/t");
    EXPECT_EQ(watcher.events[i].requested_name(), "sources/-/tasks/t");
  }
}

TEST_F(TaskWatchTest, NamesOfOneTaskAreFolded) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Anywhere("t"), Target("t")});
  live_.Run(absl::Seconds(2));
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(3));
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "changed RUNNING SUCCEEDED", "closing ALL_DONE"));
}

TEST_F(TaskWatchTest, ADrainClosesBehindWhatIsPending) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("t")});
  watcher.slow = true;
  live_.Run(absl::Seconds(1));
  watcher.watch->Close(v1::WatchClosing::DRAINING);
  live_.Run(absl::ZeroDuration());
  watcher.ReadAll();
  EXPECT_THAT(watcher.heard, ElementsAre("snapshot RUNNING", "closing DRAINING"));
  EXPECT_TRUE(watcher.finished);
}

TEST_F(TaskWatchTest, AWatcherWhoGoesLeavesNothingBehind) {
  live_.Say("t", "RUNNING");
  Watcher& watcher = Watch({Target("t"), Anywhere("t")});
  live_.Run(absl::Milliseconds(5));
  watcher.watch.reset();
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(live_.poller.polls(), 0u);
  EXPECT_EQ(live_.reader.flights(), 0u);
  EXPECT_THAT(watcher.heard, IsEmpty());
}

}  // namespace
}  // namespace taskgateway::tasks

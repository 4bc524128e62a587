#include "gateway/tasks/task_poller.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/poll_interval.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

// Notes what it hears: the state, or `reason` and whether that is permanent or the third in a row.
class Subscriber final : public PollObserver {
 public:
  void OnPoll(const PollNews& news) override {
    if (news.trouble.ok()) {
      heard.push_back(v1::Task::State_Name(news.reading->state()));
    } else {
      heard.push_back(absl::StrCat(absl::StatusCodeToString(news.trouble.code()), news.permanent     ? " permanent"
                                                                                  : news.unreachable ? " unreachable"
                                                                                                     : ""));
    }
    if (leaves) subscription.End();
  }

  std::vector<std::string> heard;
  bool leaves = false;
  TaskPoller::Subscription subscription;
};

class TaskPollerTest : public testing::Test {
 protected:
  Subscriber& Subscribe(const std::string& task_id = "t") {
    subscribers_.push_back(std::make_unique<Subscriber>());
    subscribers_.back()->subscription = live_.poller.Subscribe(live_.source(), task_id, *subscribers_.back());
    return *subscribers_.back();
  }
  void Read(const std::string& task_id) {
    live_.reader.Read({.source = &live_.source(), .task_id = task_id, .max_staleness = absl::ZeroDuration()},
                      [](const absl::StatusOr<SharedReading>&) {});
  }

  support::LiveTasks live_;
  const absl::Duration begin_ = live_.now();
  std::vector<std::unique_ptr<Subscriber>> subscribers_;
};

TEST_F(TaskPollerTest, ASubscriberHearsTheFirstReadingAndThenEachChange) {
  live_.Say("t", "RUNNING");
  Subscriber& subscriber = Subscribe();
  EXPECT_THAT(subscriber.heard, IsEmpty()) << "never before Subscribe returns";
  live_.Run(absl::Seconds(5));
  EXPECT_THAT(subscriber.heard, ElementsAre("RUNNING")) << "what stays the same is not told";
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-detail", "another etag"}}));
  live_.Run(absl::Seconds(5));
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(5));
  EXPECT_THAT(subscriber.heard, ElementsAre("RUNNING", "RUNNING", "SUCCEEDED"));
}

TEST_F(TaskPollerTest, TheEndOfTheTaskEndsTheSchedule) {
  live_.Say("t", "SUCCEEDED");
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Hours(1));
  EXPECT_EQ(live_.sent(), 1u);
  subscriber.subscription.End();
  EXPECT_EQ(live_.poller.polls(), 0u);
}

TEST_F(TaskPollerTest, ManySubscribersAreOneSchedule) {
  live_.Say("t", "RUNNING");
  Subscribe();
  live_.Run(absl::Minutes(1));
  const std::size_t alone = live_.sent();
  for (int i = 0; i < 100; ++i) Subscribe();
  live_.Run(absl::Milliseconds(1));
  EXPECT_EQ(live_.sent(), alone) << "who comes later takes the poller's last value";
  for (const auto& subscriber : subscribers_) EXPECT_THAT(subscriber->heard, ElementsAre("RUNNING"));
  EXPECT_EQ(live_.poller.polls(), 1u);
}

TEST_F(TaskPollerTest, TheIntervalIsAnEighthOfTheAgeAtLeast1sAtMost20sAndJittersBy10Percent) {
  live_.Say("t", "RUNNING");
  Subscribe();
  live_.Run(absl::Minutes(20));
  const std::vector<absl::Duration> sent = live_.SentSince(begin_);
  bool differs = false;
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const absl::Duration answered = sent[i - 1] + live_.latency;
    const absl::Duration rule = PollInterval(v1::Task::RUNNING, answered, absl::Seconds(1));
    EXPECT_THAT(sent[i] - answered, AllOf(Ge(rule * 0.9), Le(rule * 1.1))) << "poll " << i;
    differs = differs || sent[i] - answered != rule;
  }
  EXPECT_TRUE(differs) << "there is jitter";
}

TEST_F(TaskPollerTest, TheAgeCountsFromTheCreationTimeUnlessThatIsInTheFuture) {
  const std::int64_t now = absl::ToUnixSeconds(live_.upstream.time.clock.Now());
  live_.Say("old", HttpReply(200, "RUNNING", {{"x-created", absl::StrCat(now - 3600)}}));
  live_.Say("future", HttpReply(200, "RUNNING", {{"x-created", absl::StrCat(now + 3600)}}));
  Subscribe("old");
  Subscribe("future");
  live_.Run(absl::Milliseconds(100));
  EXPECT_GE(subscribers_[0]->subscription.news().next_poll - begin_, absl::Seconds(18));
  EXPECT_LE(subscribers_[1]->subscription.news().next_poll - begin_, absl::Seconds(2));
}

TEST_F(TaskPollerTest, AnUnknownStateIsPolledUpToEvery60s) {
  const std::int64_t now = absl::ToUnixSeconds(live_.upstream.time.clock.Now());
  live_.Say("t", HttpReply(200, "Paused", {{"x-created", absl::StrCat(now - 36000)}}));
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Milliseconds(100));
  EXPECT_THAT(subscriber.heard, ElementsAre("UNKNOWN"));
  EXPECT_THAT(subscriber.subscription.news().next_poll - begin_, AllOf(Ge(absl::Seconds(54)), Le(absl::Seconds(67))));
}

TEST_F(TaskPollerTest, WhatIsDoneToATaskStartsItsAgeAnew) {
  const std::int64_t now = absl::ToUnixSeconds(live_.upstream.time.clock.Now());
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-created", absl::StrCat(now - 3600)}}));
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Milliseconds(100));
  live_.poller.Restart(live_.source(), "t");
  EXPECT_LE(subscriber.subscription.news().next_poll - live_.now(), absl::Seconds(1.1));
  live_.Run(absl::Seconds(10));
  EXPECT_GE(live_.sent(), 8u);
}

TEST_F(TaskPollerTest, ItStops10sAfterTheLastSubscriberLeft) {
  live_.Say("t", "RUNNING");
  Subscriber& first = Subscribe();
  Subscriber& second = Subscribe();
  live_.Run(absl::Seconds(2));
  first.subscription.End();
  live_.Run(absl::Seconds(20));
  EXPECT_EQ(live_.poller.polls(), 1u);
  second.subscription.End();
  const std::size_t before = live_.sent();
  live_.Run(absl::Seconds(9));
  EXPECT_GT(live_.sent(), before) << "somebody may come back";
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(live_.poller.polls(), 0u);
  const std::size_t after = live_.sent();
  live_.Run(absl::Hours(1));
  EXPECT_EQ(live_.sent(), after);
}

TEST_F(TaskPollerTest, WhoComesBackWithin10sFindsTheSchedule) {
  live_.Say("t", "RUNNING");
  Subscribe().subscription.End();
  live_.Run(absl::Seconds(9));
  Subscriber& again = Subscribe();
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(again.heard, ElementsAre("RUNNING"));
  EXPECT_EQ(live_.poller.polls(), 1u);
}

TEST_F(TaskPollerTest, APollIsOneAttemptBecauseTheScheduleHasTheNext) {
  live_.SayNothing("t");
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Milliseconds(900));
  EXPECT_EQ(live_.sent(), 1u);
  EXPECT_THAT(subscriber.heard, ElementsAre("UNAVAILABLE"));
}

// The poll waits for its token as long as it takes; the caller who joins it is told at once, and the poll goes on.
TEST_F(TaskPollerTest, ACallerWithoutTimeIsRefusedAndThePollGoesOn) {
  live_.Say("t", "RUNNING");
  for (int i = 0; i < 20; ++i) Read("drain" + std::to_string(i));
  live_.upstream.budgets.front()->Throttled(absl::Seconds(30), live_.upstream.time.loop.Now());
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Seconds(1));
  absl::Status refused;
  live_.reader.Read({.source = &live_.source(), .task_id = "t", .deadline = live_.now() + absl::Seconds(5)},
                    [&](const absl::StatusOr<SharedReading>& reading) { refused = reading.status(); });
  EXPECT_TRUE(refused.ok()) << "never before Read returns";
  live_.Run(absl::ZeroDuration());
  EXPECT_EQ(core::ReasonOf(refused), "BUDGET_EXHAUSTED");
  EXPECT_THAT(subscriber.heard, IsEmpty());
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(subscriber.heard, ElementsAre("RUNNING"));
}

TEST_F(TaskPollerTest, TroubleThatMayPassNeverEndsASchedule) {
  live_.Say("t", "RUNNING");
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Milliseconds(500));
  live_.SayNothing("t");
  live_.Run(absl::Hours(1));
  ASSERT_THAT(subscriber.heard, SizeIs(Ge(4u)));
  EXPECT_EQ(subscriber.heard[1], "UNAVAILABLE");
  EXPECT_EQ(subscriber.heard[2], "UNAVAILABLE");
  EXPECT_EQ(subscriber.heard[3], "UNAVAILABLE unreachable") << "the third in a row";
  EXPECT_NE(subscriber.subscription.news().reading, nullptr) << "what was read stays";
  live_.Say("t", "RUNNING");
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(subscriber.heard.back(), "RUNNING") << "the end of the trouble is told even when nothing else changed";
}

TEST_F(TaskPollerTest, NotFoundAndDeniedArePermanentAndToldAtOnce) {
  live_.Say("denied", HttpReply(403));
  Subscriber& missing = Subscribe("missing");
  Subscriber& denied = Subscribe("denied");
  live_.Run(absl::Hours(1));
  EXPECT_THAT(missing.heard, ElementsAre("NOT_FOUND permanent"));
  EXPECT_THAT(denied.heard, ElementsAre("PERMISSION_DENIED permanent"));
  EXPECT_EQ(live_.sent(), 2u);
}

TEST_F(TaskPollerTest, WhoComesAfterAPermanentFailureHasItAskedAgain) {
  Subscribe();
  live_.Run(absl::Seconds(5));
  live_.Say("t", "RUNNING");
  Subscriber& later = Subscribe();
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(later.heard, ElementsAre("RUNNING"));
}

TEST_F(TaskPollerTest, WhatOtherReadsBringCountsAsAPoll) {
  const std::int64_t now = absl::ToUnixSeconds(live_.upstream.time.clock.Now());
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-created", absl::StrCat(now - 3600)}}));
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Seconds(5));
  live_.Say("t", "SUCCEEDED");
  Read("t");
  live_.Run(absl::Milliseconds(10));
  EXPECT_THAT(subscriber.heard, ElementsAre("RUNNING", "SUCCEEDED"));
}

TEST_F(TaskPollerTest, ARecentReadingIsTheFirstPoll) {
  live_.Say("t", "RUNNING");
  Read("t");
  live_.Run(absl::Milliseconds(500));
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Milliseconds(1));
  EXPECT_THAT(subscriber.heard, ElementsAre("RUNNING"));
  EXPECT_EQ(live_.sent(), 1u);
}

TEST_F(TaskPollerTest, ACachedAnswerThatANewerReadingOvertookIsNotNews) {
  live_.Say("t", "RUNNING");
  Read("t");
  live_.Run(live_.latency);
  // Who comes just before a newer reading finds the older one in the cache.
  Subscriber* subscriber = nullptr;
  live_.upstream.time.loop.Schedule(live_.latency, [&] { subscriber = &Subscribe(); });
  live_.Say("t", "CANCELLING");
  Read("t");
  live_.Run(live_.latency);
  ASSERT_NE(subscriber, nullptr);
  EXPECT_THAT(subscriber->heard, ElementsAre("CANCELLING"));
}

TEST_F(TaskPollerTest, ARegressionIsNotTold) {
  live_.Say("t", "SUCCEEDED");
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Seconds(1));
  live_.Say("t", "RUNNING");
  live_.reader.Read({.source = &live_.source(), .task_id = "t", .raw = true},
                    [](const absl::StatusOr<SharedReading>&) {});
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(live_.sent(), 2u);
  EXPECT_THAT(subscriber.heard, ElementsAre("SUCCEEDED"));
}

TEST_F(TaskPollerTest, SubscribersMayLeaveWhileTheyAreTold) {
  live_.Say("t", "RUNNING");
  for (int i = 0; i < 3; ++i) Subscribe().leaves = true;
  live_.Run(absl::Milliseconds(100));
  for (const auto& subscriber : subscribers_) EXPECT_THAT(subscriber->heard, ElementsAre("RUNNING"));
  Subscribe().leaves = true;
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(30));
  EXPECT_EQ(live_.poller.polls(), 0u);
}

TEST_F(TaskPollerTest, WhenTheBudgetIsShortPollsStretchEvenlyAndReadsGoFirst) {
  // 20 calls a second are 20 tasks a second, and 100 new tasks want 100.
  for (int i = 0; i < 100; ++i) {
    live_.Say("t" + std::to_string(i), "RUNNING");
    Subscribe("t" + std::to_string(i));
  }
  live_.Run(absl::Seconds(50));
  std::map<std::string, int> polls;
  for (const auto& sent : live_.upstream.http.sent()) ++polls[sent.request.path];
  int least = 1'000'000;
  int most = 0;
  for (const auto& [path, count] : polls) {
    least = std::min(least, count);
    most = std::max(most, count);
  }
  EXPECT_EQ(polls.size(), 100u);
  EXPECT_LE(most - least, 2);
  EXPECT_GE(live_.sent(), 980u) << "the budget is used up";

  live_.Say("read", "RUNNING");
  const absl::Duration asked = live_.now();
  Read("read");
  live_.Run(absl::Seconds(1));
  for (const auto& sent : live_.upstream.http.sent()) {
    if (sent.request.path == "/tasks/read") {
      EXPECT_LE(sent.at - asked, absl::Milliseconds(50));
    }
  }
}

// The end is seen within 15 % of the task's duration, or 1.5 first intervals, and a round trip; never later than 25 s.
class EndOfTaskTest : public testing::TestWithParam<int> {};

TEST_P(EndOfTaskTest, IsSeenSoonAndTenMinutesCostAtMost60Calls) {
  const absl::Duration first_interval = absl::Seconds(GetParam());
  for (const int seconds : {5, 10, 30, 60, 300, 600, 1800, 7200}) {
    for (int seed = 0; seed < 20; ++seed) {
      support::LiveTasks live;
      live.upstream.adapter.SetMinPollInterval(first_interval);
      live.upstream.random = base::Random(static_cast<std::uint64_t>(seed));
      const absl::Duration length = absl::Seconds(seconds);
      live.Say("t", HttpReply(200, "RUNNING",
                              {{"x-created", absl::StrCat(absl::ToUnixSeconds(live.upstream.time.clock.Now()))}}));
      Subscriber subscriber;
      subscriber.subscription = live.poller.Subscribe(live.source(), "t", subscriber);
      live.Run(length);
      const std::size_t calls = live.sent();
      live.Say("t", "SUCCEEDED");
      const absl::Duration end = live.now();
      ASSERT_TRUE(live.upstream.time.RunUntil([&] { return subscriber.heard.size() == 2; }, absl::Minutes(1)));
      const absl::Duration late = live.now() - end;
      EXPECT_LE(late, std::max(1.5 * first_interval, 0.15 * length) + 2 * live.latency) << seconds << " s";
      EXPECT_LE(late, absl::Seconds(25)) << seconds << " s";
      if (seconds == 600) {
        EXPECT_LE(calls, 60u);
      }
    }
  }
}

// Cloud Control's first interval, and Service Catalog's.
INSTANTIATE_TEST_SUITE_P(OfBothApis, EndOfTaskTest, testing::Values(1, 3));

TEST_F(TaskPollerTest, FailuresDoNotProlongAScheduleThatNobodyNeeds) {
  live_.SayNothing("t");
  Subscriber& subscriber = Subscribe();
  live_.Run(absl::Seconds(5));
  subscriber.subscription.End();
  live_.Run(absl::Seconds(11));
  EXPECT_EQ(live_.poller.polls(), 0u);
}

}  // namespace
}  // namespace taskgateway::tasks

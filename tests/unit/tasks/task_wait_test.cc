#include "gateway/tasks/task_wait.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/core/status_catalogue.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;

// One wait and how it ended.
struct Waiting {
  std::unique_ptr<TaskWait> wait;
  std::optional<WaitResult> result;
  absl::Duration ended_at;
};

class TaskWaitTest : public testing::Test {
 protected:
  Waiting& Wait(WaitTerms terms, const std::string& task_id = "t", bool any_source = false) {
    waiting_.push_back(std::make_unique<Waiting>());
    Waiting& waiting = *waiting_.back();
    waiting.wait = std::make_unique<TaskWait>(live_.following(), live_.upstream.cache,
                                              FollowTarget{any_source ? nullptr : &live_.source(), task_id},
                                              std::move(terms), [this, &waiting](WaitResult result) {
                                                waiting.wait.reset();
                                                EXPECT_FALSE(waiting.result.has_value());
                                                waiting.result = std::move(result);
                                                waiting.ended_at = live_.now() - begin_;
                                              });
    waiting.wait->Start();
    EXPECT_FALSE(waiting.result.has_value()) << "never before Start returns";
    return waiting;
  }
  absl::Duration In(absl::Duration duration) { return live_.now() + duration; }
  static v1::Task::State StateOf(const Waiting& waiting) { return waiting.result->reading->state(); }

  support::LiveTasks live_{{"s", "other"}};
  const absl::Duration begin_ = live_.now();
  std::vector<std::unique_ptr<Waiting>> waiting_;
};

TEST_F(TaskWaitTest, ADoneTaskAnswersAtOnce) {
  live_.Say("t", "FAILED");
  Waiting& waiting = Wait({});
  live_.Run(live_.latency);
  ASSERT_TRUE(waiting.result.has_value());
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::DONE);
  EXPECT_EQ(StateOf(waiting), v1::Task::FAILED);
}

TEST_F(TaskWaitTest, TheEndOfTheTaskEndsEveryWaitWithOnePoll) {
  live_.Say("t", "RUNNING");
  for (int i = 0; i < 50; ++i) Wait({});
  live_.Run(absl::Seconds(20));
  live_.Say("t", "SUCCEEDED");
  const std::size_t before = live_.sent();
  live_.Run(absl::Seconds(10));
  EXPECT_EQ(live_.sent(), before + 1);
  for (const auto& waiting : waiting_) EXPECT_EQ(waiting->result->outcome, v1::WaitTaskResponse::DONE);
}

TEST_F(TaskWaitTest, AnotherEtagEndsAWaitForChange) {
  live_.Say("t", "RUNNING");
  Waiting& first = Wait({.timeout = absl::ZeroDuration()});
  live_.Run(absl::Seconds(1));
  const std::string etag = first.result->reading->etag();
  Waiting& waiting = Wait({.until_etag_changes_from = etag});
  live_.Run(absl::Seconds(5));
  EXPECT_FALSE(waiting.result.has_value());
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-detail", "something new"}}));
  live_.Run(absl::Seconds(5));
  ASSERT_TRUE(waiting.result.has_value());
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::CHANGED);
  EXPECT_NE(waiting.result->reading->etag(), etag);
}

TEST_F(TaskWaitTest, AnEtagThatIsAlreadyAnotherOneAnswersAtOnce) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({.until_etag_changes_from = "1-00000000000000000000000000000000"});
  live_.Run(live_.latency);
  ASSERT_TRUE(waiting.result.has_value());
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::CHANGED);
}

TEST_F(TaskWaitTest, WhenTheTimeIsOverTheLatestTaskComesWithTheNextPoll) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({.timeout = absl::Seconds(7)});
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(waiting.ended_at, absl::Seconds(7));
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::TIMED_OUT);
  EXPECT_EQ(StateOf(waiting), v1::Task::RUNNING);
  EXPECT_GT(waiting.result->retry_delay, absl::ZeroDuration());
  EXPECT_LE(waiting.result->retry_delay, absl::Seconds(1.1));
}

TEST_F(TaskWaitTest, WithoutATimeoutItEnds250msBeforeTheDeadline) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({.deadline = In(absl::Seconds(10))});
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(waiting.ended_at, absl::Milliseconds(9750));
}

TEST_F(TaskWaitTest, ALongWaitIsCutToTheServersLimit) {
  live_.Say("t", "RUNNING");
  Waiting& unset = Wait({});
  Waiting& set = Wait({.timeout = absl::Hours(1), .deadline = In(absl::Hours(2))});
  live_.Run(absl::Minutes(2));
  EXPECT_EQ(unset.ended_at, WaitTerms().limit);
  EXPECT_EQ(set.ended_at, WaitTerms().limit);
}

TEST_F(TaskWaitTest, AWaitOf0AnswersWithTheReadingThatIsUnderWay) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({.timeout = absl::ZeroDuration()});
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(waiting.ended_at, live_.latency);
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::TIMED_OUT);
}

TEST_F(TaskWaitTest, ButNotForLongerThan1s) {
  live_.Say("t", "RUNNING");
  live_.latency = absl::Seconds(5);
  Waiting& waiting = Wait({.timeout = absl::ZeroDuration()});
  live_.Run(absl::Seconds(3));
  EXPECT_EQ(waiting.ended_at, absl::Seconds(1));
  EXPECT_EQ(core::ReasonOf(waiting.result->status), "UPSTREAM_TIMEOUT");
}

TEST_F(TaskWaitTest, ACallWithLessThan250msLeftIsAnsweredFromTheCache) {
  live_.Say("t", "RUNNING");
  Wait({.timeout = absl::ZeroDuration()});
  live_.Run(absl::Minutes(1));
  const std::size_t before = live_.sent();
  Waiting& known = Wait({.deadline = In(absl::Milliseconds(200))});
  Waiting& unknown = Wait({.deadline = In(absl::Milliseconds(200))}, "never read");
  live_.Run(absl::ZeroDuration());
  ASSERT_TRUE(known.result.has_value() && unknown.result.has_value());
  EXPECT_EQ(known.result->outcome, v1::WaitTaskResponse::TIMED_OUT);
  EXPECT_TRUE(absl::IsUnavailable(unknown.result->status));
  EXPECT_EQ(live_.sent(), before);
}

TEST_F(TaskWaitTest, SoIsOneOfAnySourceWhenTheOwnerIsKnown) {
  live_.Say("t", "RUNNING", "other");
  Wait({.timeout = absl::ZeroDuration()}, "t", true);
  live_.Run(absl::Minutes(1));
  const std::size_t before = live_.sent();
  Waiting& known = Wait({.deadline = In(absl::Milliseconds(200))}, "t", true);
  live_.Run(absl::ZeroDuration());
  ASSERT_TRUE(known.result.has_value() && known.result->status.ok());
  EXPECT_EQ(known.result->reading->name(), "sources/other/tasks/t");
  EXPECT_EQ(live_.sent(), before);
}

TEST_F(TaskWaitTest, TroubleThatMayPassNeverEndsAWait) {
  live_.SayNothing("t");
  Waiting& waiting = Wait({});
  live_.Run(absl::Seconds(30));
  EXPECT_FALSE(waiting.result.has_value());
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(11));
  ASSERT_TRUE(waiting.result.has_value()) << "the breaker's pause is 10 s at most";
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::DONE);
}

TEST_F(TaskWaitTest, WithoutAnyReadingItEndsUnavailableWithTheLastError) {
  live_.SayNothing("t");
  Waiting& waiting = Wait({.timeout = absl::Seconds(5)});
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(waiting.ended_at, absl::Seconds(5));
  EXPECT_TRUE(absl::IsUnavailable(waiting.result->status));
  EXPECT_EQ(core::ReasonOf(waiting.result->status), "UPSTREAM_UNREACHABLE");
}

TEST_F(TaskWaitTest, TroubleAtTheEndStillAnswersWithTheLatestTask) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({.timeout = absl::Seconds(30)});
  live_.Run(absl::Seconds(3));
  live_.SayNothing("t");
  live_.Run(absl::Minutes(1));
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::TIMED_OUT);
}

TEST_F(TaskWaitTest, APermanentFailureEndsItWithItsStatus) {
  live_.Say("denied", HttpReply(403));
  Waiting& missing = Wait({}, "missing");
  Waiting& denied = Wait({}, "denied");
  live_.Run(live_.latency);
  EXPECT_TRUE(absl::IsNotFound(missing.result->status));
  EXPECT_TRUE(absl::IsPermissionDenied(denied.result->status));
}

TEST_F(TaskWaitTest, TheWildcardWaitsInTheSourceThatHasTheTask) {
  live_.Say("t", "RUNNING", "other");
  Waiting& waiting = Wait({}, "t", true);
  live_.Run(absl::Seconds(3));
  EXPECT_FALSE(waiting.result.has_value());
  live_.Say("t", "SUCCEEDED", "other");
  live_.Run(absl::Seconds(3));
  ASSERT_TRUE(waiting.result.has_value());
  EXPECT_EQ(waiting.result->reading->name(), "sources/other/tasks/t");
}

TEST_F(TaskWaitTest, TheWildcardSearchesAgainWhileASourceCannotAnswer) {
  live_.SayNothing("t");
  Waiting& waiting = Wait({}, "t", true);
  Waiting& nowhere = Wait({}, "nowhere", true);
  live_.Run(absl::Seconds(10));
  EXPECT_FALSE(waiting.result.has_value()) << "one source said no, the other nothing";
  EXPECT_TRUE(absl::IsNotFound(nowhere.result->status));
  live_.Say("t", "SUCCEEDED");
  live_.Run(absl::Seconds(10));
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::DONE);
}

TEST_F(TaskWaitTest, ADrainEndsItWithTheLatestTask) {
  live_.Say("t", "RUNNING");
  Waiting& early = Wait({});
  early.wait->Drain();
  EXPECT_FALSE(early.result.has_value()) << "it has nothing to answer with yet";
  early.wait->Stop();
  EXPECT_EQ(core::ReasonOf(early.result->status), "SHUTTING_DOWN");
  Waiting& waiting = Wait({});
  live_.Run(absl::Seconds(1));
  waiting.wait->Drain();
  EXPECT_EQ(waiting.result->outcome, v1::WaitTaskResponse::TIMED_OUT);
}

TEST_F(TaskWaitTest, ACallerWhoGoesLeavesNothingBehind) {
  live_.Say("t", "RUNNING");
  Waiting& waiting = Wait({});
  live_.Run(absl::Seconds(1));
  waiting.wait.reset();
  live_.Run(absl::Minutes(2));
  EXPECT_FALSE(waiting.result.has_value());
  EXPECT_EQ(live_.poller.polls(), 0u);
}

// 50 callers of a 10-minute task, who come one after the other and wait again as soon as a wait is over.
TEST_F(TaskWaitTest, FiftyCallersOfATenMinuteTaskCostAtMost60Calls) {
  live_.Say("t", HttpReply(200, "RUNNING",
                           {{"x-created", std::to_string(absl::ToUnixSeconds(live_.upstream.time.clock.Now()))}}));
  std::vector<Waiting*> callers;
  const auto second = [&] {
    if (callers.size() < 50) callers.push_back(&Wait({}));
    for (Waiting*& caller : callers) {
      if (caller->result && caller->result->outcome != v1::WaitTaskResponse::DONE) caller = &Wait({});
    }
    live_.Run(absl::Seconds(1));
  };
  for (int i = 0; i < 600; ++i) second();
  live_.Say("t", "SUCCEEDED");
  for (int i = 0; i < 25; ++i) second();
  for (const Waiting* caller : callers) {
    ASSERT_TRUE(caller->result.has_value());
    EXPECT_EQ(StateOf(*caller), v1::Task::SUCCEEDED);
  }
  EXPECT_LE(live_.sent(), 60u);
}

}  // namespace
}  // namespace taskgateway::tasks

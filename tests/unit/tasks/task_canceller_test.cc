#include "gateway/tasks/task_canceller.h"

#include <algorithm>
#include <optional>
#include <string>

#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using support::TransferFailure;
using upstream::TransferError;

class Subscriber final : public PollObserver {
 public:
  void OnPoll(const PollNews&) override {}
  TaskPoller::Subscription subscription;
};

class TaskCancellerTest : public testing::Test {
 protected:
  TaskCancellerTest() { live_.Say("t", "RUNNING"); }

  // What the upstream answers to a cancellation of `t`.
  void SayOfCancel(upstream::TransferResult result) { live_.Say("t/cancel", std::move(result)); }
  TaskCanceller::CancelId Cancel(absl::Duration deadline = absl::InfiniteDuration()) {
    answer_.reset();
    const TaskCanceller::CancelId id =
        live_.canceller.Cancel(live_.source(), "t", deadline, [this](absl::Status status) { answer_ = status; });
    EXPECT_FALSE(answer_.has_value()) << "never before Cancel returns";
    return id;
  }
  std::string Read(absl::Duration max_staleness = kDefaultStaleness) {
    std::string state = "nothing";
    live_.reader.Read({.source = &live_.source(), .task_id = "t", .max_staleness = max_staleness},
                      [&](const absl::StatusOr<SharedReading>& reading) {
                        state = reading.ok() ? v1::Task::State_Name((*reading)->state()) : "failed";
                      });
    live_.Run(absl::Milliseconds(50));
    return state;
  }
  // How often `path` was asked for.
  long Sent(const std::string& path) const {
    return std::ranges::count_if(live_.upstream.http.sent(),
                                 [&](const auto& sent) { return sent.request.path == path; });
  }

  support::LiveTasks live_;
  std::optional<absl::Status> answer_;
};

TEST_F(TaskCancellerTest, AsksTheUpstreamOnce) {
  SayOfCancel(HttpReply(200));
  Cancel();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(answer_, absl::OkStatus());
  EXPECT_EQ(Sent("/tasks/t/cancel"), 1);
  EXPECT_EQ(live_.upstream.http.sent().back().request.method, "PUT");
}

TEST_F(TaskCancellerTest, ATaskThatIsKnownToBeDoneIsRefusedWithoutAsking) {
  live_.Say("t", "SUCCEEDED");
  Read();
  Cancel();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(core::ReasonOf(*answer_), "TASK_ALREADY_DONE");
  EXPECT_EQ(Sent("/tasks/t/cancel"), 0);
}

TEST_F(TaskCancellerTest, ATaskThatTheUpstreamKnowsToBeDoneIsRefused) {
  SayOfCancel(HttpReply(409));
  Cancel();
  live_.Run(absl::Seconds(1));
  EXPECT_TRUE(absl::IsFailedPrecondition(*answer_));
  EXPECT_EQ(core::ReasonOf(*answer_), "TASK_ALREADY_DONE");
}

TEST_F(TaskCancellerTest, IsNotRepeatedWhenItMayHaveBeenSent) {
  SayOfCancel(TransferFailure(TransferError::kUnreachable));
  Cancel();
  live_.Run(absl::Minutes(1));
  EXPECT_TRUE(absl::IsUnavailable(*answer_));
  EXPECT_EQ(Sent("/tasks/t/cancel"), 1);
}

TEST_F(TaskCancellerTest, IsRepeatedWhenItSurelyWasNotSent) {
  live_.upstream.context.retry.max_attempts = 3;
  SayOfCancel(TransferFailure(TransferError::kUnreachable, true));
  Cancel();
  live_.Run(absl::Minutes(1));
  EXPECT_TRUE(absl::IsUnavailable(*answer_));
  EXPECT_EQ(Sent("/tasks/t/cancel"), 3);
}

TEST_F(TaskCancellerTest, WhatTheCacheSaysOfTheTaskIsDropped) {
  SayOfCancel(HttpReply(200));
  EXPECT_EQ(Read(), "RUNNING");
  live_.Say("t", "CANCELLING");
  EXPECT_EQ(Read(), "RUNNING") << "a reading of the last second will do";
  Cancel();
  live_.Run(live_.latency);
  EXPECT_EQ(Read(), "CANCELLING");
}

TEST_F(TaskCancellerTest, AlsoWhenNobodyKnowsWhatCameOfIt) {
  SayOfCancel(TransferFailure(TransferError::kTimeout));
  EXPECT_EQ(Read(), "RUNNING");
  live_.Say("t", "CANCELLING");
  Cancel();
  live_.Run(live_.latency);
  EXPECT_TRUE(absl::IsUnavailable(*answer_));
  EXPECT_EQ(Read(), "CANCELLING");
}

TEST_F(TaskCancellerTest, AReadingThatWasSentBeforeIsNotKept) {
  SayOfCancel(HttpReply(200));
  live_.latency = absl::Milliseconds(100);
  std::string early = "nothing";
  live_.reader.Read({.source = &live_.source(), .task_id = "t"}, [&](const absl::StatusOr<SharedReading>& reading) {
    early = v1::Task::State_Name((*reading)->state());
  });
  live_.latency = absl::Milliseconds(20);
  Cancel();
  live_.Run(absl::Milliseconds(20));
  EXPECT_EQ(answer_, absl::OkStatus());
  live_.Say("t", "CANCELLING");
  live_.Run(absl::Milliseconds(80));
  EXPECT_EQ(early, "RUNNING") << "who asked before gets what was then";
  EXPECT_EQ(Read(absl::InfiniteDuration()), "CANCELLING") << "and nobody after";
}

TEST_F(TaskCancellerTest, AWatchedTaskIsReadOftenAgain) {
  SayOfCancel(HttpReply(200));
  const auto created = absl::ToUnixSeconds(live_.upstream.time.clock.Now() - absl::Minutes(30));
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-created", std::to_string(created)}}));
  Subscriber subscriber;
  subscriber.subscription = live_.poller.Subscribe(live_.source(), "t", subscriber);
  live_.Run(absl::Minutes(1));
  const long old_and_slow = Sent("/tasks/t");
  Cancel();
  live_.Run(absl::Seconds(10));
  EXPECT_GE(Sent("/tasks/t") - old_and_slow, 5) << "every second at first, where it was every 20 s";
}

TEST_F(TaskCancellerTest, ATaskThatIsWatchedOnlyThenIsReadOftenToo) {
  SayOfCancel(HttpReply(200));
  const auto created = absl::ToUnixSeconds(live_.upstream.time.clock.Now() - absl::Minutes(30));
  live_.Say("t", HttpReply(200, "RUNNING", {{"x-created", std::to_string(created)}}));
  Cancel();
  live_.Run(absl::Seconds(1));
  const long before = Sent("/tasks/t");
  Subscriber subscriber;
  subscriber.subscription = live_.poller.Subscribe(live_.source(), "t", subscriber);
  live_.Run(absl::Seconds(10));
  EXPECT_GE(Sent("/tasks/t") - before, 5);
  subscriber.subscription.End();
  live_.Run(absl::Minutes(11));
  const long later = Sent("/tasks/t");
  Subscriber another;
  another.subscription = live_.poller.Subscribe(live_.source(), "t", another);
  live_.Run(absl::Seconds(10));
  EXPECT_LE(Sent("/tasks/t") - later, 2) << "a cancellation of long ago is forgotten";
}

TEST_F(TaskCancellerTest, WhatWasSentGoesOnWithoutItsCaller) {
  SayOfCancel(HttpReply(200));
  EXPECT_EQ(Read(), "RUNNING");
  live_.Say("t", "CANCELLING");
  const TaskCanceller::CancelId cancel = Cancel();
  live_.Run(live_.latency / 2);
  live_.canceller.Leave(cancel);
  live_.Run(live_.latency);
  EXPECT_FALSE(answer_.has_value());
  EXPECT_FALSE(live_.upstream.http.sent().back().aborted);
  EXPECT_EQ(Read(), "CANCELLING");
}

TEST_F(TaskCancellerTest, WhatWasNotSentIsForgottenWithItsCaller) {
  live_.source().OperationOf("CancelTask").budget.Throttled(absl::Seconds(10), live_.upstream.time.loop.Now());
  const TaskCanceller::CancelId cancel = Cancel();
  live_.Run(absl::Seconds(5));
  live_.canceller.Leave(cancel);
  live_.Run(absl::Minutes(1));
  EXPECT_FALSE(answer_.has_value());
  EXPECT_EQ(Sent("/tasks/t/cancel"), 0);
}

TEST_F(TaskCancellerTest, HasABudgetOfItsOwn) {
  SayOfCancel(HttpReply(200));
  live_.source().OperationOf("GetTask").budget.Throttled(absl::Seconds(10), live_.upstream.time.loop.Now());
  Cancel();
  live_.Run(live_.latency);
  EXPECT_EQ(answer_, absl::OkStatus());
}

}  // namespace
}  // namespace taskgateway::tasks

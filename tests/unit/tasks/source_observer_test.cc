// What a source's observer hears of polls and readings.
#include "gateway/upstream/source_observer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::ElementsAre;
using testing::IsEmpty;

class Notes final : public upstream::SourceObserver {
 public:
  void OnAttempt(const upstream::AttemptReport&) override {}
  void OnBreaker(bool, const absl::Status&) override {}
  void OnPoll(upstream::PollOutcome outcome) override { polls.emplace_back(upstream::PollOutcomeWord(outcome)); }
  void OnFailedOrUnknown(const v1::Task& task) override { told.push_back(v1::Task::State_Name(task.state())); }

  std::vector<std::string> polls;
  std::vector<std::string> told;
};

class Deaf final : public PollObserver {
  void OnPoll(const PollNews&) override {}
};

class PollReportTest : public testing::Test {
 protected:
  PollReportTest() { live_.source().channel.observer = &notes_; }

  support::LiveTasks live_;
  Notes notes_;
  Deaf deaf_;
};

TEST_F(PollReportTest, EachPollIsToldWithWhatBecameOfIt) {
  live_.Say("t", "RUNNING");
  const TaskPoller::Subscription subscription = live_.poller.Subscribe(live_.source(), "t", deaf_);
  live_.Run(absl::Milliseconds(500));
  EXPECT_THAT(notes_.polls, ElementsAre("ok"));
  live_.SayNothing("t");
  live_.Run(absl::Milliseconds(900));
  EXPECT_THAT(notes_.polls, ElementsAre("ok", "failed"));
  live_.Say("t", HttpReply(404));
  live_.Run(absl::Minutes(5));
  EXPECT_EQ(notes_.polls.back(), "gone");
  EXPECT_THAT(notes_.told, IsEmpty());
}

TEST_F(PollReportTest, AReadIsNoPollAndFailedAndUnknownTasksAreToldOfAnyOfThem) {
  for (const char* state : {"UNKNOWN", "SUCCEEDED", "FAILED", "CANCELLED"}) {
    live_.Say(state, state);
    live_.reader.Read({.source = &live_.source(), .task_id = state}, [](const absl::StatusOr<SharedReading>&) {});
    live_.Run(absl::Seconds(1));
  }
  EXPECT_THAT(notes_.polls, IsEmpty());
  EXPECT_THAT(notes_.told, ElementsAre("UNKNOWN", "FAILED"));
}

TEST_F(PollReportTest, SchedulesAreShownInTheOrderOfTheirNames) {
  std::vector<TaskPoller::Subscription> subscriptions;
  for (const char* task : {"b", "a", "b"}) {
    live_.Say(task, "RUNNING");
    subscriptions.push_back(live_.poller.Subscribe(live_.source(), task, deaf_));
  }
  live_.Run(absl::Milliseconds(100));
  std::vector<std::string> seen;
  live_.poller.ForEach([&](const PolledTask& task) {
    seen.push_back(
        absl::StrCat(task.task_id, " ", task.subscribers, " ", v1::Task::State_Name(task.news.reading->state())));
  });
  EXPECT_THAT(seen, ElementsAre("a 1 RUNNING", "b 2 RUNNING"));
}

}  // namespace
}  // namespace taskgateway::tasks

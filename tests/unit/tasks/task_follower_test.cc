#include "gateway/tasks/task_follower.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::ElementsAre;
using testing::IsEmpty;

// Follows the latest task of product `pp`, and notes what it hears: `{task} {state}`, or the reason of the trouble.
class AliasFollowerTest : public testing::Test, public PollObserver {
 protected:
  void Follow(absl::Time created_after = absl::InfinitePast()) {
    follower_.emplace(
        live_.following(),
        FollowTarget{
            .source = &live_.source(), .task_id = "", .provisioned_product_id = "pp", .created_after = created_after},
        *this);
    follower_->Start();
  }
  // The product's latest task, from now on; empty for none.
  void SayLatest(const std::string& task_id) {
    live_.replies["s.test/products/pp"] = HttpReply(200, task_id);
    live_.replies["s.test/products/pp/newest"] = HttpReply(200);
  }
  void SayCreated(const std::string& task_id, const std::string& state, std::int64_t created) {
    live_.Say(task_id, HttpReply(200, state, {{"x-created", absl::StrCat(created)}}));
  }

  support::LiveTasks live_;
  std::optional<TaskFollower> follower_;
  std::vector<std::string> heard_;
  bool unreachable_ = false;
  bool permanent_ = false;

 private:
  void OnPoll(const PollNews& news) override {
    unreachable_ = news.unreachable;
    permanent_ = news.permanent;
    heard_.push_back(news.trouble.ok()
                         ? absl::StrCat(news.reading->name(), " ", v1::Task::State_Name(news.reading->state()))
                         : core::ReasonOf(news.trouble));
  }
};

TEST_F(AliasFollowerTest, FollowsTheTaskThatTheAliasStandsFor) {
  SayLatest("task-1");
  live_.Say("task-1", "RUNNING");
  Follow();
  EXPECT_THAT(heard_, IsEmpty()) << "never before Start returns";
  live_.Run(absl::Seconds(3));
  live_.Say("task-1", "SUCCEEDED");
  live_.Run(absl::Seconds(3));
  EXPECT_THAT(heard_, ElementsAre("sources/s/tasks/task-1 RUNNING", "sources/s/tasks/task-1 SUCCEEDED"));
}

TEST_F(AliasFollowerTest, StaysWithTheTaskThatItResolvedTo) {
  SayLatest("task-1");
  live_.Say("task-1", "RUNNING");
  live_.Say("task-2", "RUNNING");
  Follow();
  live_.Run(absl::Seconds(3));
  SayLatest("task-2");
  live_.Run(absl::Minutes(1));
  live_.Say("task-1", "FAILED");
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(heard_, ElementsAre("sources/s/tasks/task-1 RUNNING", "sources/s/tasks/task-1 FAILED"));
}

TEST_F(AliasFollowerTest, ResolvesAgainWhileThereIsNoTaskYet) {
  SayLatest("");
  Follow();
  live_.Run(absl::Seconds(5));
  EXPECT_THAT(heard_, ElementsAre("TASK_NOT_YET_CREATED", "TASK_NOT_YET_CREATED"));
  EXPECT_FALSE(permanent_);
  EXPECT_FALSE(unreachable_);
  live_.Run(absl::Seconds(3));
  EXPECT_TRUE(unreachable_) << "as after three failed polls";
  SayLatest("task-1");
  live_.Say("task-1", "RUNNING");
  live_.Run(absl::Seconds(5));
  EXPECT_EQ(heard_.back(), "sources/s/tasks/task-1 RUNNING");
}

TEST_F(AliasFollowerTest, AProductThatDoesNotExistEndsIt) {
  Follow();
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(heard_, ElementsAre("TASK_NOT_FOUND"));
  EXPECT_TRUE(permanent_);
}

TEST_F(AliasFollowerTest, AnAccountThatMayNotAskEndsIt) {
  live_.replies["s.test/products/pp"] = HttpReply(403);
  Follow();
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(heard_, ElementsAre("UPSTREAM_PERMISSION_DENIED"));
  EXPECT_TRUE(permanent_);
}

TEST_F(AliasFollowerTest, TheTaskOfAnEarlierUpdateDoesNotCount) {
  SayLatest("earlier");
  SayCreated("earlier", "SUCCEEDED", 1000);
  Follow(absl::FromUnixSeconds(2000));
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(heard_, ElementsAre("TASK_NOT_YET_CREATED"));
  EXPECT_EQ(follower_->news().reading, nullptr) << "also for who asks in between";
  SayLatest("task-1");
  SayCreated("task-1", "RUNNING", 2000);
  live_.Run(absl::Seconds(5));
  EXPECT_EQ(heard_.back(), "sources/s/tasks/task-1 RUNNING");
}

TEST_F(AliasFollowerTest, TheUpstreamTellsWholeSecondsAlone) {
  SayLatest("task-1");
  SayCreated("task-1", "RUNNING", 2000);
  Follow(absl::FromUnixSeconds(2000) + absl::Milliseconds(900));
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(heard_, ElementsAre("sources/s/tasks/task-1 RUNNING")) << "it may have been created at 2000.95";
}

TEST_F(AliasFollowerTest, ATaskThatDoesNotSayWhenItWasCreatedMayBeAnEarlierOne) {
  SayLatest("task-1");
  live_.Say("task-1", "SUCCEEDED");
  Follow(absl::FromUnixSeconds(2000));
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(heard_, ElementsAre("TASK_NOT_YET_CREATED"));
}

TEST_F(AliasFollowerTest, AnEarlierTaskIsNotPolledAnyMore) {
  SayLatest("earlier");
  SayCreated("earlier", "SUCCEEDED", 1000);
  Follow(absl::FromUnixSeconds(2000));
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(live_.poller.polls(), 0u);
}

TEST_F(AliasFollowerTest, StopEndsItWhileItResolves) {
  SayLatest("task-1");
  Follow();
  follower_->Stop();
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(heard_, IsEmpty());
}

}  // namespace
}  // namespace taskgateway::tasks

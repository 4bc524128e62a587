#include "gateway/tasks/task_listing.h"

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::SizeIs;

class TaskListingTest : public testing::Test {
 protected:
  void SayOfPage(upstream::TransferResult result) { live_.replies["s.test/products/pp/tasks?2/5"] = std::move(result); }
  void List() {
    listing_ =
        std::make_unique<TaskListing>(live_.upstream.context, live_.source(),
                                      ListQuery{.provisioned_product_id = "pp", .page_number = 2, .page_size = 5},
                                      absl::InfiniteDuration(), [this](absl::StatusOr<ListedTasks> page) {
                                        listing_.reset();
                                        page_ = std::move(page);
                                      });
    listing_->Start();
    EXPECT_FALSE(page_.has_value()) << "never before Start returns";
  }

  support::LiveTasks live_;
  std::unique_ptr<TaskListing> listing_;
  std::optional<absl::StatusOr<ListedTasks>> page_;
};

TEST_F(TaskListingTest, ATaskOfAPageIsCompleteButForItsEtag) {
  SayOfPage(HttpReply(200, "new=RUNNING old=SUCCEEDED more"));
  List();
  live_.Run(live_.latency);
  ASSERT_TRUE(page_.has_value() && page_->ok());
  EXPECT_TRUE((*page_)->has_more);
  ASSERT_THAT((*page_)->tasks, SizeIs(2));
  const v1::Task& running = (*page_)->tasks[0];
  EXPECT_EQ(running.name(), "sources/s/tasks/new");
  EXPECT_EQ(running.source(), "s");
  EXPECT_EQ(running.state(), v1::Task::RUNNING);
  EXPECT_EQ(running.etag(), "");
  EXPECT_EQ(absl::FromUnixSeconds(running.read_time().seconds()), absl::FromUnixSeconds(1'767'225'600));
  EXPECT_EQ(running.next_poll_delay().seconds(), 1);
  const v1::Task& done = (*page_)->tasks[1];
  EXPECT_EQ(done.name(), "sources/s/tasks/old");
  EXPECT_FALSE(done.has_next_poll_delay());
}

TEST_F(TaskListingTest, WhatIsListedNeverEntersTheCache) {
  SayOfPage(HttpReply(200, "old=SUCCEEDED"));
  List();
  live_.Run(live_.latency);
  EXPECT_TRUE(live_.upstream.cache.Find("sources/s/tasks/old", absl::InfiniteDuration(), false).nothing());
  EXPECT_EQ(live_.upstream.cache.bytes(), 0u);
}

TEST_F(TaskListingTest, AFailureIsTheUpstreamCalls) {
  SayOfPage(HttpReply(403));
  List();
  live_.Run(absl::Seconds(1));
  EXPECT_TRUE(absl::IsPermissionDenied(page_->status()));
}

TEST_F(TaskListingTest, AListingThatIsDestroyedEndsItsTransfer) {
  SayOfPage(HttpReply(200, "t=RUNNING"));
  List();
  live_.Run(live_.latency / 2);
  listing_.reset();
  live_.Run(absl::Seconds(1));
  EXPECT_FALSE(page_.has_value());
  EXPECT_TRUE(live_.upstream.http.sent().back().aborted);
}

TEST_F(TaskListingTest, ALongPageIsDecodedElsewhere) {
  std::string body;
  while (body.size() <= upstream::kInlineDecodeBytes) absl::StrAppend(&body, "task-", body.size(), "=RUNNING ");
  SayOfPage(HttpReply(200, body));
  List();
  live_.Run(live_.latency);
  EXPECT_FALSE(page_.has_value());
  live_.upstream.decode_executor.RunAll();
  live_.upstream.time.Settle();
  ASSERT_TRUE(page_.has_value());
  EXPECT_GT((*page_)->tasks.size(), 1000u);
}

}  // namespace
}  // namespace taskgateway::tasks

// What WatchTasks and WaitTask make of their requests.
#include <string>

#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/wait_task.h"
#include "gateway/rpc/watch_tasks.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::rpc {
namespace {

constexpr absl::Duration kForever = absl::InfiniteDuration();

class WatchRequestTest : public testing::Test {
 protected:
  static v1::WatchTasksRequest Of(const std::vector<std::string>& names) {
    v1::WatchTasksRequest request;
    for (const std::string& name : names) request.add_targets()->set_name(name);
    return request;
  }
  static std::string TokenOf(const std::string& name) {
    return tasks::ToToken({.name = name, .etag = "1-0123456789abcdef0123456789abcdef", .state = v1::Task::RUNNING});
  }

  support::FakeUpstream upstream_{{"a", "b"}};
};

TEST_F(WatchRequestTest, TheHeartbeatIs15sUnlessItIsGiven) {
  v1::WatchTasksRequest request = Of({"sources/a/tasks/t"});
  EXPECT_EQ(ToWatch(request, upstream_.sources)->heartbeat_interval, absl::Seconds(15));
  for (const int seconds : {5, 55}) {
    request.mutable_heartbeat_interval()->set_seconds(seconds);
    EXPECT_EQ(ToWatch(request, upstream_.sources)->heartbeat_interval, absl::Seconds(seconds));
  }
  for (const int seconds : {-1, 0, 4, 56}) {
    request.mutable_heartbeat_interval()->set_seconds(seconds);
    EXPECT_TRUE(absl::IsInvalidArgument(ToWatch(request, upstream_.sources).status())) << seconds;
  }
}

TEST_F(WatchRequestTest, ANameThatIsGivenTwiceIsFolded) {
  const auto order = ToWatch(Of({"sources/a/tasks/t", "sources/-/tasks/t", "sources/a/tasks/t"}), upstream_.sources);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->targets.size(), 2u);
}

TEST_F(WatchRequestTest, AnUnknownSourceIsToldInTheStreamNotRefused) {
  const auto order = ToWatch(Of({"sources/a/tasks/t", "sources/nowhere/tasks/t"}), upstream_.sources);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_TRUE(order->targets[0].unknown_source.ok());
  EXPECT_EQ(core::ReasonOf(order->targets[1].unknown_source), "SOURCE_NOT_FOUND");
}

TEST_F(WatchRequestTest, AWildcardStaysWithTheTaskOfItsToken) {
  v1::WatchTasksRequest request = Of({"sources/-/tasks/t"});
  EXPECT_EQ(ToWatch(request, upstream_.sources)->targets[0].target.source, nullptr);
  request.mutable_targets(0)->set_resume_token(TokenOf("sources/b/tasks/t"));
  const auto order = ToWatch(request, upstream_.sources);
  EXPECT_EQ(order->targets[0].target.source, upstream_.sources.Find("b"));
  EXPECT_EQ(order->targets[0].requested_name, "sources/-/tasks/t");
}

TEST_F(WatchRequestTest, ATokenOfAnotherTaskIsRefusedWithItsField) {
  v1::WatchTasksRequest request = Of({"sources/a/tasks/other", "sources/a/tasks/t"});
  for (const std::string& token : {TokenOf("sources/b/tasks/t"), TokenOf("sources/-/tasks/t"), std::string("x")}) {
    request.mutable_targets(1)->set_resume_token(token);
    const absl::Status status = ToWatch(request, upstream_.sources).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_NE(status.message().find("targets[1].resume_token"), std::string::npos) << status;
  }
  request = Of({"sources/-/tasks/t"});
  for (const char* name : {"nonsense", "sources/a/tasks/other", "sources/-/tasks/t"}) {
    request.mutable_targets(0)->set_resume_token(TokenOf(name));
    EXPECT_TRUE(absl::IsInvalidArgument(ToWatch(request, upstream_.sources).status())) << name;
  }
}

TEST_F(WatchRequestTest, AWaitHasATimeoutOf0OrMoreAndAnEtag) {
  v1::WaitTaskRequest request;
  request.set_name("sources/a/tasks/t");
  EXPECT_FALSE(ToWait(request, kForever, upstream_.sources)->terms.timeout.has_value());
  request.mutable_timeout();
  request.set_until_etag_changes_from("1-x");
  const auto order = ToWait(request, absl::Seconds(9), upstream_.sources);
  EXPECT_EQ(order->terms.timeout, absl::ZeroDuration());
  EXPECT_EQ(order->terms.deadline, absl::Seconds(9));
  EXPECT_EQ(order->terms.until_etag_changes_from, "1-x");
  EXPECT_EQ(order->target.source, upstream_.sources.Find("a"));
  request.mutable_timeout()->set_nanos(-1);
  EXPECT_TRUE(absl::IsInvalidArgument(ToWait(request, kForever, upstream_.sources).status()));
}

TEST_F(WatchRequestTest, AnAliasStaysWithTheTaskOfItsToken) {
  v1::WatchTasksRequest request = Of({"sources/a/provisionedProducts/pp/tasks/latest"});
  EXPECT_EQ(ToWatch(request, upstream_.sources)->targets[0].target.provisioned_product_id, "pp");
  request.mutable_targets(0)->set_resume_token(TokenOf("sources/a/tasks/t"));
  const auto order = ToWatch(request, upstream_.sources);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->targets[0].target.provisioned_product_id, "");
  EXPECT_EQ(order->targets[0].target.task_id, "t");
  for (const char* name : {"sources/b/tasks/t", "sources/-/tasks/t", "sources/a/provisionedProducts/pp/tasks/latest"}) {
    request.mutable_targets(0)->set_resume_token(TokenOf(name));
    EXPECT_TRUE(absl::IsInvalidArgument(ToWatch(request, upstream_.sources).status())) << name;
  }
}

TEST_F(WatchRequestTest, TheTasksOfAnAliasHaveAnEarliestTime) {
  v1::WatchTasksRequest watch = Of({"sources/a/provisionedProducts/pp/tasks/latest"});
  EXPECT_EQ(ToWatch(watch, upstream_.sources)->targets[0].target.created_after, absl::InfinitePast());
  google::protobuf::Timestamp& created_after = *watch.mutable_targets(0)->mutable_created_after();
  created_after.set_seconds(1000);
  created_after.set_nanos(5);
  v1::WaitTaskRequest wait;
  wait.set_name(watch.targets(0).name());
  *wait.mutable_created_after() = created_after;
  const absl::Time earliest = absl::FromUnixSeconds(1000) + absl::Nanoseconds(5);
  EXPECT_EQ(ToWatch(watch, upstream_.sources)->targets[0].target.created_after, earliest);
  EXPECT_EQ(ToWait(wait, kForever, upstream_.sources)->target.created_after, earliest);
  created_after.set_nanos(-1);
  *wait.mutable_created_after() = created_after;
  EXPECT_TRUE(absl::IsInvalidArgument(ToWatch(watch, upstream_.sources).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ToWait(wait, kForever, upstream_.sources).status()));
}

}  // namespace
}  // namespace taskgateway::rpc

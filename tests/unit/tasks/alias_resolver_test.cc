#include "gateway/tasks/alias_resolver.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::ElementsAre;

constexpr char kFirst[] = "s.test/products/pp";
constexpr char kSecond[] = "s.test/products/pp/newest";

// One caller and what he was told: the task's id, or the reason why there is none.
struct Caller {
  AliasResolver::ResolveId id = 0;
  std::optional<std::string> told;
};

class AliasResolverTest : public testing::Test {
 protected:
  Caller& Resolve(bool fresh = false, bool poll = false) {
    callers_.push_back(std::make_unique<Caller>());
    Caller& caller = *callers_.back();
    caller.id =
        aliases().Resolve({.source = &live_.source(), .provisioned_product_id = "pp", .fresh = fresh, .poll = poll},
                          [&caller](const absl::StatusOr<std::string>& id) {
                            EXPECT_FALSE(caller.told.has_value());
                            caller.told = id.ok() ? *id : core::ReasonOf(id.status());
                          });
    EXPECT_FALSE(caller.told.has_value()) << "never before Resolve returns";
    return caller;
  }
  AliasResolver& aliases() { return live_.aliases; }
  std::vector<std::string> Sent() const {
    std::vector<std::string> paths;
    for (const auto& sent : live_.upstream.http.sent()) paths.push_back(sent.request.path);
    return paths;
  }

  support::LiveTasks live_;
  std::vector<std::unique_ptr<Caller>> callers_;
};

TEST_F(AliasResolverTest, TheFirstStepMayKnowTheTask) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Caller& caller = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(caller.told, "task-1");
  EXPECT_THAT(Sent(), ElementsAre("/products/pp"));
}

TEST_F(AliasResolverTest, ElseTheNextStepIsTaken) {
  live_.replies[kFirst] = HttpReply(200);
  live_.replies[kSecond] = HttpReply(200, "task-2");
  Caller& caller = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(caller.told, "task-2");
  EXPECT_THAT(Sent(), ElementsAre("/products/pp", "/products/pp/newest"));
}

TEST_F(AliasResolverTest, WhenNoStepKnowsATaskThereIsNoneYet) {
  live_.replies[kFirst] = HttpReply(200);
  live_.replies[kSecond] = HttpReply(200);
  Caller& caller = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(caller.told, "TASK_NOT_YET_CREATED");
}

TEST_F(AliasResolverTest, AProductThatDoesNotExistHasNoTask) {
  Caller& caller = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(caller.told, "TASK_NOT_FOUND");
}

TEST_F(AliasResolverTest, ManyCallersAreOneFlight) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  for (int i = 0; i < 50; ++i) Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(live_.sent(), 1u);
  for (const auto& caller : callers_) EXPECT_EQ(caller->told, "task-1");
}

TEST_F(AliasResolverTest, AnAnswerIsRememberedFor2s) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Resolve();
  live_.Run(live_.latency);
  live_.replies[kFirst] = HttpReply(200, "task-2");
  live_.Run(kAliasStaleness - absl::Milliseconds(1));
  Caller& soon = Resolve();
  live_.Run(absl::ZeroDuration());
  EXPECT_EQ(soon.told, "task-1");
  live_.Run(absl::Milliseconds(1));
  Caller& later = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(later.told, "task-2");
  EXPECT_EQ(live_.sent(), 2u);
}

TEST_F(AliasResolverTest, AlsoThatThereIsNoTaskYet) {
  live_.replies[kFirst] = HttpReply(200);
  live_.replies[kSecond] = HttpReply(200);
  Resolve();
  live_.Run(absl::Seconds(1));
  Caller& caller = Resolve();
  live_.Run(absl::ZeroDuration());
  EXPECT_EQ(caller.told, "TASK_NOT_YET_CREATED");
}

TEST_F(AliasResolverTest, ButNoFailure) {
  live_.replies[kFirst] = HttpReply(403);
  Resolve();
  live_.Run(absl::Milliseconds(500));
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Caller& caller = Resolve();
  live_.Run(absl::Milliseconds(500));
  EXPECT_EQ(callers_.front()->told, "UPSTREAM_PERMISSION_DENIED");
  EXPECT_EQ(caller.told, "task-1");
}

TEST_F(AliasResolverTest, ACallerWhoWantsAFreshAnswerSkipsWhatIsRemembered) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Resolve();
  live_.Run(live_.latency);
  live_.replies[kFirst] = HttpReply(200, "task-2");
  Caller& fresh = Resolve(true);
  live_.Run(live_.latency);
  EXPECT_EQ(fresh.told, "task-2");
}

TEST_F(AliasResolverTest, FreshCallersShareOneFollowUpOfAFlightThatWasSent) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Caller& first = Resolve();
  live_.Run(live_.latency / 2);
  live_.replies[kFirst] = HttpReply(200, "task-2");
  Caller& fresh = Resolve(true);
  Caller& also_fresh = Resolve(true);
  Caller& any = Resolve();
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(first.told, "task-1");
  EXPECT_EQ(any.told, "task-1");
  EXPECT_EQ(fresh.told, "task-2");
  EXPECT_EQ(also_fresh.told, "task-2");
  EXPECT_EQ(live_.sent(), 2u);
}

TEST_F(AliasResolverTest, TheLastCallerToLeaveEndsTheFlight) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Caller& one = Resolve();
  Caller& other = Resolve();
  live_.Run(live_.latency / 2);
  aliases().Leave(one.id);
  EXPECT_FALSE(live_.upstream.http.sent().front().aborted);
  aliases().Leave(other.id);
  EXPECT_TRUE(live_.upstream.http.sent().front().aborted);
  live_.Run(absl::Seconds(1));
  EXPECT_FALSE(one.told.has_value());
  EXPECT_EQ(aliases().aliases(), 0u);
}

TEST_F(AliasResolverTest, WhenTheyLeaveTheFollowUpStarts) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Caller& first = Resolve();
  live_.Run(live_.latency / 2);
  Caller& fresh = Resolve(true);
  aliases().Leave(first.id);
  live_.Run(live_.latency);
  EXPECT_EQ(fresh.told, "task-1");
}

TEST_F(AliasResolverTest, NothingIsKeptOfAnAliasThatNobodyAsksFor) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  Resolve();
  live_.Run(kAliasStaleness + absl::Seconds(1));
  EXPECT_EQ(aliases().aliases(), 0u);
}

TEST_F(AliasResolverTest, EachStepHasTheBudgetOfItsOperation) {
  live_.replies[kFirst] = HttpReply(200);
  live_.replies[kSecond] = HttpReply(200, "task-1");
  live_.source().OperationOf("ListTasks").budget.Throttled(absl::Seconds(10), live_.upstream.time.loop.Now());
  Caller& caller = Resolve();
  live_.Run(absl::Seconds(9));
  EXPECT_THAT(Sent(), ElementsAre("/products/pp"));
  live_.Run(absl::Seconds(3));
  EXPECT_EQ(caller.told, "task-1");
}

TEST_F(AliasResolverTest, AReadHurriesTheFlightOfAPoll) {
  live_.replies[kFirst] = HttpReply(200, "task-1");
  upstream::Budget& budget = live_.source().OperationOf("GetProduct").budget;
  budget.Throttled(absl::Seconds(10), live_.upstream.time.loop.Now());
  Resolve(false, true);
  live_.Run(absl::Seconds(1));
  EXPECT_EQ(budget.queued(), 0u) << "a poll is behind the reads";
  Resolve();
  EXPECT_EQ(budget.queued(), 1u);
}

}  // namespace
}  // namespace taskgateway::tasks

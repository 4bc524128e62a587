// Reads before polls.
#include <string>
#include <vector>

#include "gateway/upstream/budget.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

class BudgetPriorityTest : public testing::Test {
 protected:
  BudgetPriorityTest() { Ask("first"); }

  // Notes `who` when the token comes.
  Budget::Ticket Ask(const std::string& who, Priority priority = Priority::kRead) {
    return budget_.Acquire(
        absl::InfiniteDuration(),
        [this, who](const absl::Status& status) {
          EXPECT_TRUE(status.ok()) << status;
          granted_.push_back(who);
        },
        priority);
  }
  Budget::Ticket Poll(const std::string& who) { return Ask(who, Priority::kPoll); }

  support::VirtualTime time_;
  Budget budget_{time_.loop, "sources/s:GetTask", BudgetLimits{1, 1, 20}};
  std::vector<std::string> granted_;
};

TEST_F(BudgetPriorityTest, APollGoesAtOnceWhenNobodyWaits) {
  time_.RunFor(absl::Seconds(1));
  EXPECT_EQ(Poll("p"), 0u);
  EXPECT_THAT(granted_, ElementsAre("first", "p"));
}

TEST_F(BudgetPriorityTest, ReadsGoBeforePollsThatCameFirst) {
  Poll("p1");
  Poll("p2");
  Ask("r1");
  Ask("r2");
  time_.RunFor(absl::Seconds(4));
  EXPECT_THAT(granted_, ElementsAre("first", "r1", "r2", "p1", "p2"));
}

TEST_F(BudgetPriorityTest, PollsAreServedInTurnSoAShortBudgetStretchesThemEvenly) {
  for (int round = 0; round < 3; ++round) {
    for (const char* who : {"a", "b", "c"}) Poll(who);
  }
  time_.RunFor(absl::Seconds(9));
  EXPECT_THAT(granted_, ElementsAre("first", "a", "b", "c", "a", "b", "c", "a", "b", "c"));
}

TEST_F(BudgetPriorityTest, PollsAreNeverRefusedAndTakeNoPlaceOfReads) {
  for (int i = 0; i < 10; ++i) EXPECT_NE(Poll("p"), 0u);
  EXPECT_EQ(budget_.WaitOfNext(), absl::Seconds(1));
  budget_.Throttled(absl::Hours(1), time_.loop.Now());
  EXPECT_NE(Ask("r1"), 0u);
  EXPECT_NE(Ask("r2"), 0u);
  EXPECT_THAT(granted_, ElementsAre("first"));
}

TEST_F(BudgetPriorityTest, AFloodOfReadsLeavesEveryTenthTokenToThePolls) {
  Poll("p1");
  Poll("p2");
  for (int i = 0; i < 20; ++i) Ask("r");
  std::vector<std::string> expected = {"first"};
  for (const char* poll : {"p1", "p2"}) {
    expected.insert(expected.end(), kReadsPerPoll, "r");
    expected.push_back(poll);
  }
  expected.insert(expected.end(), 20 - 2 * kReadsPerPoll, "r");
  time_.RunFor(absl::Seconds(22));
  EXPECT_THAT(granted_, ElementsAreArray(expected));
}

TEST_F(BudgetPriorityTest, AReadKnowsOfThePollsThatGoBeforeIt) {
  Poll("p");
  for (std::size_t i = 0; i < kReadsPerPoll; ++i) Ask("r");
  EXPECT_EQ(budget_.WaitOfNext(), absl::Seconds(kReadsPerPoll + 2));
}

TEST_F(BudgetPriorityTest, APollMayLeave) {
  budget_.Leave(Poll("p"));
  time_.RunFor(absl::Seconds(5));
  EXPECT_THAT(granted_, ElementsAre("first"));
}

}  // namespace
}  // namespace taskgateway::upstream

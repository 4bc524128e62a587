#include "gateway/upstream/budget.h"

#include <memory>
#include <string>
#include <vector>

#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kForever = absl::InfiniteDuration();

class BudgetTest : public testing::Test {
 protected:
  void Limit(double requests_per_second, int burst, int max_queued = 1000) {
    budget_ =
        std::make_unique<Budget>(time_.loop, "sources/s:GetTask", BudgetLimits{requests_per_second, burst, max_queued});
    start_ = time_.loop.Now();
  }

  absl::Duration Now() const { return time_.loop.Now() - start_; }

  // Asks for a token by `deadline` after now and notes when it comes, or why not.
  Budget::Ticket Ask(absl::Duration deadline = kForever) {
    return budget_->Acquire(time_.loop.Now() + deadline, [this](const absl::Status& status) {
      if (status.ok()) {
        granted_.push_back(Now());
      } else {
        EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
        refused_.push_back(core::ReasonOf(status));
        retry_delays_.push_back(core::RetryDelayOf(status));
      }
    });
  }
  void AskTimes(int count) {
    for (int i = 0; i < count; ++i) Ask();
  }
  // Takes all that the bucket holds.
  void Empty() {
    AskTimes(budget_->limits().burst);
    granted_.clear();
  }

  support::VirtualTime time_;
  absl::Duration start_;
  std::unique_ptr<Budget> budget_;
  std::vector<absl::Duration> granted_;
  std::vector<std::string> refused_;
  std::vector<absl::Duration> retry_delays_;
};

TEST_F(BudgetTest, ABurstGoesAtOnceAndTheRestAtTheRate) {
  Limit(20, 3);
  AskTimes(6);
  EXPECT_THAT(granted_, ElementsAre(absl::ZeroDuration(), absl::ZeroDuration(), absl::ZeroDuration()));
  EXPECT_EQ(budget_->queued(), 3u);
  time_.RunFor(absl::Seconds(1));
  granted_.erase(granted_.begin(), granted_.begin() + 3);
  EXPECT_THAT(granted_, ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100), absl::Milliseconds(150)));
}

TEST_F(BudgetTest, TokensComeBackUpToTheBurst) {
  Limit(10, 2);
  Empty();
  time_.RunFor(absl::Milliseconds(100));
  AskTimes(1);
  EXPECT_THAT(granted_, SizeIs(1)) << "one came back in 100 ms";
  time_.RunFor(absl::Hours(1));
  granted_.clear();
  AskTimes(5);
  EXPECT_THAT(granted_, SizeIs(2)) << "an hour brings no more than the burst";
}

TEST_F(BudgetTest, TheFirstToComeIsTheFirstToGo) {
  Limit(1, 1);
  Empty();
  std::vector<char> order;
  for (char name : {'a', 'b', 'c'})
    budget_->Acquire(kForever, [&order, name](const absl::Status&) { order.push_back(name); });
  time_.RunFor(absl::Seconds(3));
  EXPECT_THAT(order, ElementsAre('a', 'b', 'c'));
}

TEST_F(BudgetTest, ATicketIsGivenOnlyToThoseWhoWait) {
  Limit(1, 1, 1);
  EXPECT_EQ(Ask(), 0u);
  EXPECT_NE(Ask(), 0u);
  EXPECT_EQ(Ask(), 0u);
  EXPECT_THAT(refused_, ElementsAre("QUEUE_FULL"));
}

TEST_F(BudgetTest, AFullQueueRefusesAndSaysWhenToComeBack) {
  Limit(2, 1, 2);
  Empty();
  AskTimes(3);
  EXPECT_THAT(refused_, ElementsAre("QUEUE_FULL"));
  EXPECT_THAT(retry_delays_, ElementsAre(absl::Milliseconds(1500)));
  time_.RunFor(absl::Milliseconds(500));
  AskTimes(1);
  EXPECT_THAT(refused_, SizeIs(1)) << "there is room again";
}

TEST_F(BudgetTest, WhoseTurnCannotComeInTimeIsRefusedAtOnce) {
  Limit(2, 1);
  Empty();
  EXPECT_NE(Ask(absl::Milliseconds(500)), 0u) << "the very moment is in time";
  EXPECT_EQ(Ask(absl::Milliseconds(999)), 0u);
  EXPECT_THAT(refused_, ElementsAre("BUDGET_EXHAUSTED"));
  EXPECT_THAT(retry_delays_, ElementsAre(absl::Seconds(1)));
  EXPECT_NE(Ask(absl::Seconds(1)), 0u) << "the refused one holds no place";
  time_.RunFor(absl::Seconds(2));
  EXPECT_THAT(granted_, ElementsAre(absl::Milliseconds(500), absl::Seconds(1)));
}

TEST_F(BudgetTest, ADeadlineThatHasPassedIsRefusedEvenWithTokensThere) {
  Limit(2, 1);
  EXPECT_EQ(Ask(absl::Milliseconds(-1)), 0u);
  EXPECT_THAT(refused_, ElementsAre("BUDGET_EXHAUSTED"));
}

TEST_F(BudgetTest, TakeTakesATokenThatIsThereAndOnlyWhenNobodyGoesBefore) {
  Limit(10, 2);
  EXPECT_FALSE(budget_->Take(time_.loop.Now(), time_.loop.Now() - absl::Milliseconds(1), Priority::kRead))
      << "its deadline has passed";
  EXPECT_TRUE(budget_->Take(time_.loop.Now(), kForever, Priority::kRead));
  EXPECT_TRUE(budget_->Take(time_.loop.Now(), kForever, Priority::kPoll));
  EXPECT_FALSE(budget_->Take(time_.loop.Now(), kForever, Priority::kRead)) << "the burst is spent";
  EXPECT_FALSE(budget_->Take(time_.loop.Now(), kForever, Priority::kPoll));
  // A token comes every 100 ms, and the one who waits gets the first.
  Ask();
  EXPECT_FALSE(budget_->Take(time_.loop.Now(), kForever, Priority::kRead));
  time_.RunFor(absl::Milliseconds(200));
  EXPECT_THAT(granted_, ElementsAre(absl::Milliseconds(100)));
  EXPECT_TRUE(budget_->Take(time_.loop.Now(), kForever, Priority::kRead));
  EXPECT_FALSE(budget_->Take(time_.loop.Now(), kForever, Priority::kRead));
}

TEST_F(BudgetTest, WhoLeavesIsNotCalledAndThoseBehindMoveUp) {
  Limit(1, 1);
  Empty();
  const Budget::Ticket first = Ask();
  Ask();
  budget_->Leave(first);
  time_.RunFor(absl::Seconds(5));
  EXPECT_THAT(granted_, ElementsAre(absl::Seconds(1)));
  budget_->Leave(first);
  budget_->Leave(0);
  budget_->Leave(12345);
}

TEST_F(BudgetTest, TheLastOneToLeaveTakesNoToken) {
  Limit(1, 1);
  Empty();
  budget_->Leave(Ask());
  time_.RunFor(absl::Seconds(1));
  AskTimes(1);
  EXPECT_THAT(granted_, ElementsAre(absl::Seconds(1)));
}

TEST_F(BudgetTest, ThrottlingHalvesTheRateAndSendsNothingForAsLongAsTheServerSaid) {
  Limit(20, 5);
  budget_->Throttled(absl::Seconds(2), time_.loop.Now());
  EXPECT_EQ(budget_->current_rate(), 10);
  AskTimes(3);
  time_.RunFor(absl::Seconds(5));
  EXPECT_THAT(granted_, ElementsAre(absl::Milliseconds(2100), absl::Milliseconds(2200), absl::Milliseconds(2300)));
}

TEST_F(BudgetTest, ThrottledCallsThatWereSentBeforeTheWaitHalveNothing) {
  Limit(20, 5);
  budget_->Throttled(absl::Seconds(2), time_.loop.Now());
  for (int i = 0; i < 10; ++i) budget_->Throttled(absl::Milliseconds(100), time_.loop.Now());
  EXPECT_EQ(budget_->current_rate(), 10);
  budget_->Throttled(absl::Seconds(4), time_.loop.Now());
  EXPECT_EQ(budget_->current_rate(), 10);
  AskTimes(1);
  time_.RunFor(absl::Seconds(10));
  EXPECT_THAT(granted_, ElementsAre(absl::Milliseconds(4100))) << "but they may prolong it";
}

TEST_F(BudgetTest, ABurstThatIsThrottledLittleByLittleHalvesOnce) {
  Limit(20, 20);
  const absl::Duration sent_at = time_.loop.Now();
  AskTimes(20);
  for (int i = 0; i < 20; ++i) {
    time_.RunFor(absl::Milliseconds(40));
    budget_->Throttled(absl::Milliseconds(20), sent_at);
  }
  EXPECT_EQ(budget_->current_rate(), 10);
}

TEST_F(BudgetTest, ThrottledAgainAfterTheWaitHalvesAgainDownToOnePercent) {
  Limit(20, 5);
  std::vector<double> rates;
  for (int i = 0; i < 9; ++i) {
    budget_->Throttled(absl::Seconds(1), time_.loop.Now());
    rates.push_back(budget_->current_rate());
    time_.RunFor(absl::Seconds(1));
  }
  EXPECT_THAT(rates, ElementsAre(10, 5, 2.5, 1.25, 0.625, 0.3125, 0.2, 0.2, 0.2));
}

TEST_F(BudgetTest, EachCalmTenSecondsBringATenthOfTheConfiguredRateBack) {
  Limit(20, 5);
  budget_->Throttled(absl::Seconds(2), time_.loop.Now());
  std::vector<double> rates;
  time_.RunFor(absl::Seconds(2) + absl::Milliseconds(9'999));
  rates.push_back(budget_->current_rate());
  time_.RunFor(absl::Milliseconds(1));
  for (int i = 0; i < 7; ++i) {
    rates.push_back(budget_->current_rate());
    time_.RunFor(absl::Seconds(10));
  }
  EXPECT_THAT(rates, ElementsAre(10, 12, 14, 16, 18, 20, 20, 20));
}

TEST_F(BudgetTest, ThrottlingStartsTheCalmAnew) {
  Limit(20, 5);
  budget_->Throttled(absl::ZeroDuration(), time_.loop.Now());
  time_.RunFor(absl::Seconds(9));
  budget_->Throttled(absl::ZeroDuration(), time_.loop.Now());
  time_.RunFor(absl::Seconds(9));
  EXPECT_EQ(budget_->current_rate(), 5);
  time_.RunFor(absl::Seconds(1));
  EXPECT_EQ(budget_->current_rate(), 7);
}

TEST_F(BudgetTest, ARateThatRisesInBetweenCountsInTheSchedule) {
  Limit(1, 1);
  budget_->Throttled(absl::ZeroDuration(), time_.loop.Now());
  AskTimes(7);
  time_.RunFor(absl::Seconds(20));
  // 0.5 a second makes five in the first ten seconds, 0.6 a second then.
  ASSERT_THAT(granted_, SizeIs(7));
  EXPECT_EQ(granted_[4], absl::Seconds(10));
  EXPECT_EQ(absl::Trunc(granted_[5], absl::Milliseconds(1)), absl::Milliseconds(11'666));
  EXPECT_EQ(absl::Trunc(granted_[6], absl::Milliseconds(1)), absl::Milliseconds(13'333));
}

TEST_F(BudgetTest, WaitOfNextIsWhatTheNextOneWaits) {
  Limit(2, 1);
  EXPECT_EQ(budget_->WaitOfNext(), absl::ZeroDuration());
  Empty();
  EXPECT_EQ(budget_->WaitOfNext(), absl::Milliseconds(500));
  AskTimes(2);
  EXPECT_EQ(budget_->WaitOfNext(), absl::Milliseconds(1500));
  time_.RunFor(absl::Milliseconds(250));
  EXPECT_EQ(budget_->WaitOfNext(), absl::Milliseconds(1250));
}

TEST_F(BudgetTest, WhenThrottledThoseWhoCanNoLongerMakeItAreRefusedThen) {
  Limit(2, 1);
  Empty();
  Ask(absl::Milliseconds(500));
  Ask(absl::Seconds(10));
  Ask(absl::Seconds(2));
  Ask(absl::Seconds(10));
  budget_->Throttled(absl::Seconds(1), time_.loop.Now());
  EXPECT_THAT(refused_, ElementsAre("BUDGET_EXHAUSTED", "BUDGET_EXHAUSTED"));
  // The second would have had its turn at the same moment as the first: a refused one takes no place.
  EXPECT_THAT(retry_delays_, ElementsAre(absl::Seconds(2), absl::Seconds(3)));
  time_.RunFor(absl::Seconds(10));
  EXPECT_THAT(granted_, ElementsAre(absl::Seconds(2), absl::Seconds(3)));
}

TEST_F(BudgetTest, ARefusedOneMayLetAnotherRefusedOneLeaveAndComeBack) {
  Limit(2, 1);
  Empty();
  Budget::Ticket second = 0;
  bool second_called = false;
  budget_->Acquire(time_.loop.Now() + absl::Seconds(1), [&](const absl::Status& status) {
    EXPECT_FALSE(status.ok());
    budget_->Leave(second);
    Ask();
  });
  second = budget_->Acquire(time_.loop.Now() + absl::Seconds(1), [&](const absl::Status&) { second_called = true; });
  budget_->Throttled(absl::Seconds(1), time_.loop.Now());
  EXPECT_FALSE(second_called);
  time_.RunFor(absl::Seconds(10));
  EXPECT_THAT(granted_, ElementsAre(absl::Seconds(2)));
}

TEST_F(BudgetTest, AGrantedOneMayAskAgain) {
  Limit(1, 1);
  Empty();
  budget_->Acquire(kForever, [this](const absl::Status&) { Ask(); });
  time_.RunFor(absl::Seconds(5));
  EXPECT_THAT(granted_, ElementsAre(absl::Seconds(2)));
}

TEST_F(BudgetTest, ABudgetThatGoesForgetsWhoWaits) {
  Limit(1, 1);
  Empty();
  AskTimes(3);
  budget_.reset();
  time_.RunFor(absl::Seconds(10));
  EXPECT_THAT(granted_, IsEmpty());
  EXPECT_THAT(refused_, IsEmpty());
}

}  // namespace
}  // namespace taskgateway::upstream

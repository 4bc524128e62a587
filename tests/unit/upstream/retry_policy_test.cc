#include "gateway/upstream/retry_policy.h"

#include <cmath>
#include <optional>
#include <tuple>

#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

constexpr double kAlmostOne = 1 - 0x1.0p-53;

// Every combination of what is known, against the rule said once more in the test's own words.
class RetryTableTest : public testing::TestWithParam<std::tuple<Signal, bool, bool, bool, int>> {};

TEST_P(RetryTableTest, ACallIsAttemptedAgainExactlyWhenTheRuleSaysSo) {
  FailedAttempt failed;
  std::tie(failed.signal, failed.idempotent, failed.surely_not_sent, failed.renewed, failed.attempt) = GetParam();
  const RetryPolicy policy;
  bool expected = false;
  switch (failed.signal) {
    case Signal::kNone:
      break;
    case Signal::kTransient:
      expected = failed.idempotent || failed.surely_not_sent;
      break;
    case Signal::kThrottled:
      expected = true;
      break;
    case Signal::kCredentialsRejected:
    case Signal::kClockSkew:
      expected = !failed.renewed;
      break;
  }
  if (failed.attempt >= 4) expected = false;

  const std::optional<Retry> retry = NextAttempt(policy, failed, 0.5);
  ASSERT_EQ(retry.has_value(), expected);
  if (!retry) return;
  EXPECT_EQ(retry->renew_credentials, failed.signal == Signal::kCredentialsRejected);
  EXPECT_EQ(retry->correct_clock, failed.signal == Signal::kClockSkew);
  if (retry->renew_credentials || retry->correct_clock) {
    EXPECT_EQ(retry->delay, absl::ZeroDuration());
  } else {
    EXPECT_EQ(retry->delay, absl::Milliseconds(100 * (1 << (failed.attempt - 1))));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RetryTableTest,
                         testing::Combine(testing::Values(Signal::kNone, Signal::kTransient, Signal::kThrottled,
                                                          Signal::kCredentialsRejected, Signal::kClockSkew),
                                          testing::Bool(), testing::Bool(), testing::Bool(),
                                          testing::Values(1, 2, 3, 4, 5)));

TEST(RetryPolicyTest, ACancelIsNeverRepeatedWhenItMayHaveTakenEffect) {
  FailedAttempt failed;
  failed.idempotent = false;
  failed.signal = Signal::kTransient;
  EXPECT_FALSE(NextAttempt({}, failed, 0));
  failed.surely_not_sent = true;
  EXPECT_TRUE(NextAttempt({}, failed, 0));
}

TEST(RetryPolicyTest, TheDelayIsAnywhereBetweenZeroAndAGrowingBound) {
  struct Row {
    int attempt;
    absl::Duration bound;
  };
  RetryPolicy policy;
  policy.max_attempts = 100;
  for (const Row& row :
       {Row{1, absl::Milliseconds(200)}, Row{2, absl::Milliseconds(400)}, Row{3, absl::Milliseconds(800)},
        Row{4, absl::Milliseconds(1600)}, Row{5, absl::Milliseconds(3200)}, Row{6, absl::Seconds(5)},
        Row{7, absl::Seconds(5)}, Row{99, absl::Seconds(5)}}) {
    SCOPED_TRACE(row.attempt);
    FailedAttempt failed;
    failed.attempt = row.attempt;
    failed.signal = Signal::kTransient;
    EXPECT_EQ(NextAttempt(policy, failed, 0)->delay, absl::ZeroDuration());
    EXPECT_EQ(NextAttempt(policy, failed, 0.25)->delay, row.bound / 4);
    EXPECT_LE(NextAttempt(policy, failed, kAlmostOne)->delay, row.bound);
    EXPECT_GE(NextAttempt(policy, failed, kAlmostOne)->delay, row.bound - absl::Nanoseconds(1));
  }
}

TEST(RetryPolicyTest, TheServersHintIsHonouredWithUpToTenPercentMore) {
  for (Signal signal : {Signal::kThrottled, Signal::kTransient}) {
    FailedAttempt failed;
    failed.signal = signal;
    failed.retry_after = absl::Seconds(20);
    EXPECT_EQ(NextAttempt({}, failed, 0)->delay, absl::Seconds(20));
    EXPECT_EQ(NextAttempt({}, failed, 0.5)->delay, absl::Seconds(21));
    EXPECT_LE(NextAttempt({}, failed, kAlmostOne)->delay, absl::Seconds(22));
    EXPECT_GE(NextAttempt({}, failed, kAlmostOne)->delay, absl::Seconds(22) - absl::Nanoseconds(10));
  }
}

TEST(RetryPolicyTest, AServerThatWantsToBeLeftAloneForLongIsNotWaitedFor) {
  FailedAttempt failed;
  failed.signal = Signal::kTransient;
  failed.retry_after = absl::Minutes(2);
  EXPECT_TRUE(NextAttempt({}, failed, 0).has_value());
  failed.retry_after = absl::Minutes(2) + absl::Milliseconds(1);
  EXPECT_FALSE(NextAttempt({}, failed, 0).has_value());
}

TEST(RetryPolicyTest, AHintDoesNotDelayACorrection) {
  FailedAttempt failed;
  failed.signal = Signal::kClockSkew;
  failed.retry_after = absl::Seconds(20);
  EXPECT_EQ(NextAttempt({}, failed, 0.5)->delay, absl::ZeroDuration());
}

TEST(RetryPolicyTest, NoAttemptThatNobodyWouldLiveToSee) {
  FailedAttempt failed;
  failed.signal = Signal::kThrottled;
  failed.retry_after = absl::Seconds(2);
  failed.time_left = absl::Seconds(2);
  EXPECT_FALSE(NextAttempt({}, failed, 0)) << "as long as the time left is too long";
  failed.time_left = absl::Milliseconds(2001);
  EXPECT_TRUE(NextAttempt({}, failed, 0));
  EXPECT_FALSE(NextAttempt({}, failed, 0.5)) << "the jitter counts";

  failed = {};
  failed.signal = Signal::kTransient;
  failed.time_left = absl::Milliseconds(100);
  EXPECT_FALSE(NextAttempt({}, failed, 0.5));
  EXPECT_TRUE(NextAttempt({}, failed, 0.49));
  failed.time_left = absl::ZeroDuration();
  EXPECT_FALSE(NextAttempt({}, failed, 0));
  failed.signal = Signal::kCredentialsRejected;
  EXPECT_FALSE(NextAttempt({}, failed, 0)) << "nor a correction";
}

}  // namespace
}  // namespace taskgateway::upstream

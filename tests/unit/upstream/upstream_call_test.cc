#include "gateway/upstream/upstream_call.h"

#include "tests/unit/upstream/call_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLong = absl::Hours(1);

TEST_F(UpstreamCallTest, ACallThatSucceedsIsDoneOnceWithItsValue) {
  http_.AnswerAll(Ok("the task"), absl::Milliseconds(30));
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_EQ(done_at_ - begin_, absl::Milliseconds(30));
  EXPECT_EQ(*value_, "the task");
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, TheRequestGoesSignedToTheEndpointWithTheOperationsCap) {
  Start();
  ASSERT_THAT(http_.sent(), SizeIs(1));
  const support::FakeHttpClient::Sent& sent = http_.sent()[0];
  EXPECT_EQ(sent.url, "https://host.example:8443");
  EXPECT_EQ(sent.request.host, "host.example:8443");
  EXPECT_EQ(sent.request.path, "/tasks/t-1");
  EXPECT_EQ(HeaderOf(0, "x-key"), "first");
  EXPECT_EQ(HeaderOf(0, "x-time"), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(sent.limits.max_body_bytes, std::size_t{16} << 20);
  EXPECT_EQ(sent.limits.attempt_timeout, absl::Seconds(10));
}

TEST_F(UpstreamCallTest, OnSendIsCalledOnceRightBeforeTheFirstAttempt) {
  EmptyBudget();
  http_.AnswerInTurn({Transient(), Transient(), Ok()});
  Start();
  EXPECT_THAT(sent_when_told_, IsEmpty()) << "it still waits for the budget";
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_THAT(sent_when_told_, ElementsAre(0));
}

TEST_F(UpstreamCallTest, OnSendMayBeLeftOut) {
  http_.AnswerAll(Ok());
  CallSpec spec = Spec();
  spec.on_send = nullptr;
  Start(std::move(spec));
  time_.Settle();
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
}

TEST_F(UpstreamCallTest, ATransientFailureIsTriedAgainWithinItsBackoff) {
  http_.AnswerInTurn({Transient(), Ok()});
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  ASSERT_THAT(http_.sent(), SizeIs(2));
  EXPECT_LE(http_.sent()[1].at - begin_, absl::Milliseconds(200));
}

TEST_F(UpstreamCallTest, WhenEveryAttemptFailsTheLastVerdictStands) {
  http_.AnswerInTurn({Transient("one"), Transient("two"), Transient("three"), Transient("four"), Ok()});
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::UnavailableError("four")));
  EXPECT_THAT(http_.sent(), SizeIs(4));
}

TEST_F(UpstreamCallTest, AFinalVerdictIsNotTriedAgain) {
  http_.AnswerAll(Denied());
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::PermissionDeniedError("denied")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, AFailedExchangeIsTriedAgainAndEndsAsUnavailable) {
  http_.AnswerAll(support::TransferFailure(TransferError::kTimeout), absl::Seconds(10));
  Start();
  time_.RunFor(kLong);
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "UPSTREAM_TIMEOUT");
  EXPECT_THAT(http_.sent(), SizeIs(4));
  EXPECT_EQ(decodes_, 0);
}

TEST_F(UpstreamCallTest, AReplyThatIsTooLargeIsNotAskedForAgain) {
  http_.AnswerAll(support::TransferFailure(TransferError::kTooLarge));
  Start();
  time_.RunFor(kLong);
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "UPSTREAM_REPLY_TOO_LARGE");
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, EveryAttemptTakesATokenOfTheBudget) {
  http_.AnswerAll(Transient());
  Start();
  time_.RunFor(kLong);
  ASSERT_THAT(http_.sent(), SizeIs(4));
  // Two tokens are there at once; the other two come at two a second, less what came back in the backoffs.
  EXPECT_GE(http_.sent()[2].at - begin_, absl::Milliseconds(500));
  EXPECT_GE(http_.sent()[3].at - begin_, absl::Seconds(1));
}

TEST_F(UpstreamCallTest, ThrottlingSlowsTheBudgetForAsLongAsTheServerSaidAndIsTriedAgainThen) {
  http_.AnswerInTurn({ThrottledReply(absl::Seconds(20)), Ok()});
  Start();
  time_.Settle();
  EXPECT_EQ(budget_.current_rate(), 1);
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  ASSERT_THAT(http_.sent(), SizeIs(2));
  EXPECT_GE(http_.sent()[1].at - begin_, absl::Seconds(20));
  EXPECT_LE(http_.sent()[1].at - begin_, absl::Seconds(22));
}

TEST_F(UpstreamCallTest, ThrottlingWithoutAHintRestsForASecondAndTheStatusSaysWhenTheBudgetHasAToken) {
  http_.AnswerAll(ThrottledReply());
  deadline_ = begin_ + absl::Milliseconds(300);
  Start();
  time_.RunFor(kLong);
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_THAT(http_.sent(), SizeIs(1));
  EXPECT_EQ(done_[0].message(), "throttled");
  EXPECT_EQ(core::RetryDelayOf(done_[0]), absl::Seconds(2)) << "one second of rest, then one token at one a second";
}

TEST_F(UpstreamCallTest, AHintThatOutlastsEveryCallerEndsTheCallAtOnce) {
  http_.AnswerAll(ThrottledReply(absl::Seconds(20)));
  deadline_ = begin_ + absl::Seconds(20);
  Start();
  time_.Settle();
  EXPECT_THAT(done_, ElementsAre(absl::ResourceExhaustedError("throttled")));
}

TEST_F(UpstreamCallTest, ACancelThatMayHaveArrivedIsNotSentAgain) {
  http_.AnswerAll(support::TransferFailure(TransferError::kTimeout));
  CallSpec spec = Spec();
  spec.idempotent = false;
  Start(std::move(spec));
  time_.RunFor(kLong);
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "UPSTREAM_TIMEOUT");
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, ACancelThatSurelyWasNotSentOrWasThrottledIsSentAgain) {
  http_.AnswerInTurn(
      {support::TransferFailure(TransferError::kUnreachable, true), ThrottledReply(absl::Seconds(1)), Ok()});
  CallSpec spec = Spec();
  spec.idempotent = false;
  Start(std::move(spec));
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_THAT(http_.sent(), SizeIs(3));
}

TEST_F(UpstreamCallTest, ABudgetThatCannotServeInTimeIsTheResultUpFront) {
  EmptyBudget();
  deadline_ = begin_ + absl::Milliseconds(400);
  Start();
  EXPECT_THAT(done_, IsEmpty());
  time_.Settle();
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "BUDGET_EXHAUSTED");
  EXPECT_THAT(http_.sent(), IsEmpty());
}

TEST_F(UpstreamCallTest, ABudgetThatCannotServeARetryLeavesTheLastFailure) {
  budget_.Acquire(absl::InfiniteDuration(), [](const absl::Status&) {});
  http_.AnswerAll(Transient("the failure"));
  deadline_ = begin_ + absl::Milliseconds(400);
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::UnavailableError("the failure")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, WhenTheCallersLeaveThereIsNoFurtherAttempt) {
  http_.AnswerAll(Transient(), absl::Seconds(5));
  Start();
  time_.RunFor(absl::Seconds(4));
  deadline_ = begin_ + absl::Milliseconds(4500);
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::UnavailableError("transient")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, WhenTheCallersLeaveDuringTheBackoffThereIsNoFurtherAttempt) {
  http_.AnswerAll(ThrottledReply(absl::Seconds(20)));
  Start();
  time_.RunFor(absl::Seconds(4));
  deadline_ = begin_ + absl::Seconds(5);
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::ResourceExhaustedError("throttled")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallTest, ACallerWithMoreTimeWhoJoinsInTheQueueKeepsTheCallAlive) {
  EmptyBudget();
  deadline_ = begin_ + absl::Seconds(1);
  http_.AnswerAll(Ok());
  Start();
  deadline_ = begin_ + absl::Minutes(1);
  budget_.Throttled(absl::Seconds(5), time_.loop.Now());
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
}

TEST_F(UpstreamCallTest, ACallerWithMoreTimeWhoJoinsACallRefusedAtOnceKeepsItAlive) {
  EmptyBudget();
  deadline_ = begin_ + absl::Milliseconds(10);
  http_.AnswerAll(Ok());
  Start();
  deadline_ = begin_ + absl::Minutes(1);
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
}

TEST_F(UpstreamCallTest, ACallRefusedInTheQueueEndsWithTheBudgetsStatus) {
  EmptyBudget();
  deadline_ = begin_ + absl::Seconds(1);
  Start();
  budget_.Throttled(absl::Seconds(5), time_.loop.Now());
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "BUDGET_EXHAUSTED");
}

TEST_F(UpstreamCallTest, APollIsOneAttemptUnlessItBecameARead) {
  http_.AnswerAll(Transient());
  CallSpec spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  time_.RunFor(kLong);
  EXPECT_THAT(http_.sent(), SizeIs(1));
  spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  call_->Hurry();
  time_.RunFor(kLong);
  EXPECT_THAT(http_.sent(), SizeIs(1 + 4));
}

TEST_F(UpstreamCallTest, APollStillRenewsItsKeys) {
  credentials_.renewed = FakeCredentialSource::Keys("second");
  http_.AnswerInTurn({KeysRejected(), Ok()});
  CallSpec spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
}

TEST_F(UpstreamCallTest, APollThatHurriesQueuesAsARead) {
  http_.AnswerAll(Ok());
  EmptyBudget();
  for (int i = 0; i < 3; ++i)
    budget_.Acquire(
        absl::InfiniteDuration(), [](const absl::Status&) {}, Priority::kPoll);
  CallSpec spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  call_->Hurry();
  time_.RunFor(kLong);
  ASSERT_THAT(http_.sent(), SizeIs(1));
  EXPECT_EQ(http_.sent()[0].at - begin_, absl::Milliseconds(500)) << "the first token, before the polls";
}

TEST_F(UpstreamCallTest, APollThatHurriesForACallerWithoutTimeIsRefusedLater) {
  EmptyBudget();
  CallSpec spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  deadline_ = begin_ + absl::Milliseconds(100);
  call_->Hurry();
  EXPECT_THAT(done_, SizeIs(0)) << "never within Hurry";
  time_.Settle();
  ASSERT_THAT(done_, SizeIs(1));
  EXPECT_EQ(core::ReasonOf(done_[0]), "BUDGET_EXHAUSTED");
}

TEST_F(UpstreamCallTest, AnOpenBreakerRefusesAtOnceAndTakesNoToken) {
  http_.AnswerAll(Transient());
  for (int i = 0; i < 3; ++i) {
    Start();
    time_.RunFor(kLong);
  }
  EXPECT_THAT(http_.sent(), SizeIs(10)) << "the tenth failure in a row opens it, and the call ends with that";
  EXPECT_EQ(done_.back().message(), "transient");
  channel_.breaker.Failed(channel_.breaker.Begin(time_.loop.Now()).probe, time_.loop.Now());
  Start();
  time_.Settle();
  ASSERT_THAT(done_, SizeIs(4));
  EXPECT_EQ(core::ReasonOf(done_[3]), "UPSTREAM_BREAKER_OPEN");
  EXPECT_EQ(core::RetryDelayOf(done_[3]), absl::Seconds(2));
  EXPECT_THAT(http_.sent(), SizeIs(10));
  EXPECT_EQ(budget_.WaitOfNext(), absl::ZeroDuration());
}

TEST_F(UpstreamCallTest, RepliesAndFailuresCountForTheBreakerInTheOrderInWhichTheyCame) {
  for (int i = 0; i < 9; ++i) channel_.breaker.Failed(false, time_.loop.Now());
  UpstreamCall other(context_, channel_, budget_, Spec());
  other.Start();
  Start();
  // Both before either is judged.
  http_.ReplyOldest(Ok());
  http_.ReplyOldest(support::TransferFailure(TransferError::kTimeout));
  time_.Settle();
  EXPECT_FALSE(channel_.breaker.open()) << "the reply ended the failures in a row";
}

TEST_F(UpstreamCallTest, AProbeThatIsGivenUpLetsTheNextCallGo) {
  for (int i = 0; i < 10; ++i) channel_.breaker.Failed(false, time_.loop.Now());
  time_.RunFor(absl::Seconds(1));
  Start();
  time_.Settle();
  EXPECT_THAT(http_.sent(), SizeIs(1));
  EXPECT_FALSE(channel_.breaker.Ask(time_.loop.Now()).admitted);
  call_.reset();
  http_.AnswerAll(Ok());
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_TRUE(channel_.breaker.Ask(time_.loop.Now()).admitted);
}

}  // namespace
}  // namespace taskgateway::upstream

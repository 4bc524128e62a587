// What observers hear of a source's attempts and of its breaker.
#include "gateway/upstream/source_observer.h"

#include "tests/unit/upstream/call_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Notes final : public SourceObserver {
 public:
  void OnAttempt(const AttemptReport& report) override {
    EXPECT_EQ(report.operation, "GetTask");
    attempts.push_back(absl::StrCat(std::string(AttemptOutcomeWord(report.outcome)), report.retry ? " again" : ""));
    took.push_back(report.took);
  }
  void OnBreaker(bool open, const absl::Status&) override { breaker.push_back(open); }
  void OnPoll(PollOutcome) override {}
  void OnFailedOrUnknown(const v1::Task&) override {}

  std::vector<std::string> attempts;
  std::vector<absl::Duration> took;
  std::vector<bool> breaker;
};

class SourceObserverTest : public UpstreamCallTest {
 protected:
  SourceObserverTest() { channel_.observer = &notes_; }

  Notes notes_;
};

TEST_F(SourceObserverTest, EachAttemptIsToldOnceWithWhatBecameOfItAndHowLongItTook) {
  http_.AnswerInTurn({Transient(), Ok()});
  Start();
  time_.RunFor(absl::Hours(1));
  EXPECT_THAT(notes_.attempts, ElementsAre("unavailable", "ok again"));
  http_.AnswerAll(Ok(), absl::Milliseconds(30));
  Start();
  time_.RunFor(absl::Hours(1));
  EXPECT_THAT(notes_.attempts, ElementsAre("unavailable", "ok again", "ok"));
  EXPECT_EQ(notes_.took.back(), absl::Milliseconds(30));
}

TEST_F(SourceObserverTest, EveryEndOfAnAttemptHasItsWord) {
  struct Row {
    TransferResult result;
    const char* word;
  };
  deadline_ = begin_;  // so that there is one attempt
  const std::vector<Row> rows = {
      {Ok(), "ok"},
      {Denied(), "rejected"},
      {Transient(), "unavailable"},
      {ThrottledReply(absl::Milliseconds(1)), "throttled"},
      {KeysRejected(), "credentials_rejected"},
      {ClockSkew(std::nullopt), "clock_skew"},
      {support::TransferFailure(TransferError::kUnreachable), "unreachable"},
      {support::TransferFailure(TransferError::kTimeout), "timeout"},
      {support::TransferFailure(TransferError::kBrokenReply), "broken"},
      {support::TransferFailure(TransferError::kTooLarge), "broken"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.word);
    deadline_ = time_.loop.Now() + absl::Microseconds(1);
    notes_.attempts.clear();
    http_.AnswerAll(row.result);
    Start();
    time_.RunFor(absl::Minutes(1));
    EXPECT_THAT(notes_.attempts, ElementsAre(row.word));
  }
}

TEST_F(SourceObserverTest, AnAttemptThatNobodyWaitsForAnyMoreIsAbandoned) {
  Start();
  call_.reset();
  EXPECT_THAT(notes_.attempts, ElementsAre("abandoned"));
}

TEST_F(SourceObserverTest, ACallThatWasNotSentHadNoAttempt) {
  EmptyBudget();
  Start();
  call_.reset();
  EXPECT_THAT(notes_.attempts, IsEmpty());
}

TEST_F(SourceObserverTest, TheBreakerIsToldWhenItOpensAndWhenItCloses) {
  http_.AnswerAll(Transient());
  for (int i = 0; i < 12; ++i) {
    Start();
    time_.RunFor(absl::Milliseconds(500));
  }
  EXPECT_THAT(notes_.breaker, ElementsAre(true));
  http_.AnswerAll(Ok());
  time_.RunFor(absl::Minutes(1));
  Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_THAT(notes_.breaker, ElementsAre(true, false));
}

}  // namespace
}  // namespace taskgateway::upstream

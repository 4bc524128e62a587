// What a call signs with: keys and the upstream's time, and how it corrects them.
#include <set>
#include <string>

#include "tests/unit/upstream/call_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLong = absl::Hours(1);

using UpstreamCallSigningTest = UpstreamCallTest;

TEST_F(UpstreamCallSigningTest, EveryAttemptIsSignedAnewWithItsOwnNonceAndTime) {
  http_.AnswerAll(Transient(), absl::Seconds(1));
  Start();
  time_.RunFor(kLong);
  ASSERT_THAT(http_.sent(), SizeIs(4));
  std::set<std::string> nonces;
  std::set<std::string> times;
  for (std::size_t attempt = 0; attempt < 4; ++attempt) {
    EXPECT_THAT(http_.sent()[attempt].request.headers, SizeIs(3)) << "signed once";
    nonces.insert(HeaderOf(attempt, "x-nonce"));
    times.insert(HeaderOf(attempt, "x-time"));
  }
  EXPECT_THAT(nonces, SizeIs(4));
  EXPECT_THAT(times, SizeIs(4));
}

TEST_F(UpstreamCallSigningTest, ARequestThatWaitsForAPlaceIsSignedForTheMomentInWhichItGoes) {
  http_.MakeLater();
  Start();
  time_.RunFor(absl::Minutes(1));
  channel_.clock_skew = absl::Hours(2);  // as another call has learned meanwhile
  http_.MakeRequests();
  EXPECT_EQ(HeaderOf(0, "x-time"), "2026-01-01T02:01:00+00:00");
}

TEST_F(UpstreamCallSigningTest, AClockSkewIsLearnedFromTheServersDateAndTheCallSignedWithIt) {
  const absl::Time server_time = time_.clock.Now() + absl::Hours(2);
  http_.AnswerInTurn({ClockSkew(server_time), Ok()});
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_EQ(HeaderOf(1, "x-time"), "2026-01-01T02:00:00+00:00");
  EXPECT_EQ(channel_.clock_skew, absl::Hours(2)) << "for the calls after it, too";
}

TEST_F(UpstreamCallSigningTest, ASecondClockSkewIsFinal) {
  http_.AnswerAll(ClockSkew(time_.clock.Now() + absl::Hours(2)));
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::FailedPreconditionError("skew")));
  EXPECT_THAT(http_.sent(), SizeIs(2));
}

TEST_F(UpstreamCallSigningTest, AClockSkewWithoutADateIsFinal) {
  http_.AnswerAll(ClockSkew(std::nullopt));
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::FailedPreconditionError("skew")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
  EXPECT_EQ(channel_.clock_skew, absl::ZeroDuration());
}

TEST_F(UpstreamCallSigningTest, RejectedKeysAreRenewedOnceAndTheCallIsSignedWithTheOthers) {
  credentials_.renewed = FakeCredentialSource::Keys("second");
  http_.AnswerInTurn({KeysRejected(), Transient(), Ok()});
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  ASSERT_THAT(http_.sent(), SizeIs(3));
  EXPECT_EQ(HeaderOf(0, "x-key"), "first");
  EXPECT_EQ(HeaderOf(1, "x-key"), "second");
  EXPECT_EQ(HeaderOf(2, "x-key"), "second");
  ASSERT_THAT(credentials_.rejected, SizeIs(1));
  EXPECT_EQ(credentials_.rejected[0]->access_key_id, "first");
}

TEST_F(UpstreamCallSigningTest, ASecondRejectionIsFinalWithItsOwnStatus) {
  credentials_.renewed = FakeCredentialSource::Keys("second");
  http_.AnswerInTurn({KeysRejected("one"), KeysRejected("two"), Ok()});
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::FailedPreconditionError("two")));
}

TEST_F(UpstreamCallSigningTest, WhenThereAreNoOtherKeysTheRejectionStands) {
  http_.AnswerAll(KeysRejected());
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(done_, ElementsAre(absl::FailedPreconditionError("rejected")));
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallSigningTest, WithoutKeysNothingIsSentAndTheSourcesStatusIsTheResult) {
  credentials_.current = absl::FailedPreconditionError("no keys");
  Start();
  time_.Settle();
  EXPECT_THAT(done_, ElementsAre(absl::FailedPreconditionError("no keys")));
  EXPECT_THAT(http_.sent(), IsEmpty());
  EXPECT_THAT(sent_when_told_, IsEmpty());
}

TEST_F(UpstreamCallSigningTest, KeysMayComeLater) {
  credentials_.hold = true;
  http_.AnswerAll(Ok());
  Start();
  time_.RunFor(absl::Seconds(1));
  EXPECT_THAT(http_.sent(), IsEmpty());
  credentials_.Release();
  time_.Settle();
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
}

TEST_F(UpstreamCallSigningTest, CallsThatWaitForKeysTakeNoTokenBeforeTheyAreThere) {
  credentials_.hold = true;
  Start();
  time_.RunFor(absl::Seconds(10));
  EXPECT_EQ(http_.sent().size(), 0u);
  budget_.Throttled(absl::Seconds(5), time_.loop.Now());
  credentials_.Release();
  EXPECT_EQ(http_.sent().size(), 0u) << "what the server wants meanwhile counts";
  time_.RunFor(absl::Seconds(6));
  EXPECT_EQ(http_.sent().size(), 1u);
}

}  // namespace
}  // namespace taskgateway::upstream

// How a call ends early, and who is called back then: nobody.
#include <memory>
#include <string>

#include "gateway/base/executor.h"
#include "tests/unit/upstream/call_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLong = absl::Hours(1);

TransferResult LargeReply() { return Ok(std::string(kInlineDecodeBytes + 1, 'x')); }

class UpstreamCallLifetimeTest : public UpstreamCallTest {
 protected:
  // Ends the call and lets everything happen that could still call it back.
  void DestroyAndWait() {
    call_.reset();
    credentials_.Release();
    executor_.RunAll();
    time_.RunFor(kLong);
    EXPECT_THAT(done_, IsEmpty());
  }
};

TEST_F(UpstreamCallLifetimeTest, DestroyedBeforeItStarts) {
  call_ = std::make_unique<UpstreamCall>(context_, channel_, budget_, Spec());
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedInTheBudgetsQueueItLeavesTheQueue) {
  EmptyBudget();
  Start();
  EXPECT_EQ(budget_.queued(), 1u);
  call_.reset();
  EXPECT_EQ(budget_.queued(), 0u);
  DestroyAndWait();
  EXPECT_THAT(http_.sent(), IsEmpty());
}

TEST_F(UpstreamCallLifetimeTest, DestroyedAfterARefusalThatIsNotToldYet) {
  EmptyBudget();
  deadline_ = begin_;
  Start();
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedWhileItWaitsForKeys) {
  credentials_.hold = true;
  Start();
  DestroyAndWait();
  EXPECT_THAT(http_.sent(), IsEmpty());
}

TEST_F(UpstreamCallLifetimeTest, DestroyedInFlightItAbortsTheTransferAtOnce) {
  Start();
  EXPECT_EQ(http_.in_flight(), 1u);
  call_.reset();
  EXPECT_EQ(http_.in_flight(), 0u);
  EXPECT_TRUE(http_.sent()[0].aborted);
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedInTheBackoff) {
  http_.AnswerAll(ThrottledReply(absl::Seconds(5)));
  Start();
  time_.RunFor(absl::Seconds(1));
  DestroyAndWait();
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallLifetimeTest, DestroyedWhileKeysAreRenewed) {
  http_.AnswerAll(KeysRejected());
  credentials_.renewed = FakeCredentialSource::Keys("second");
  Start();
  credentials_.hold = true;
  time_.Settle();
  EXPECT_THAT(credentials_.rejected, SizeIs(1));
  DestroyAndWait();
  EXPECT_THAT(http_.sent(), SizeIs(1));
}

TEST_F(UpstreamCallLifetimeTest, DestroyedBeforeAWorkerDecodes) {
  http_.AnswerAll(LargeReply());
  Start();
  time_.Settle();
  EXPECT_EQ(executor_.held(), 1u);
  DestroyAndWait();
  EXPECT_EQ(decodes_, 0) << "nobody wants it any more";
}

TEST_F(UpstreamCallLifetimeTest, DestroyedBeforeItsRequestIsMade) {
  http_.MakeLater();
  Start();
  call_.reset();
  http_.MakeRequests();
  EXPECT_TRUE(http_.sent().at(0).request.path.empty()) << "made for nobody";
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedInTheRoundInWhichItsReplyWasDecoded) {
  Start();
  http_.ReplyOldest(Ok());
  EXPECT_EQ(decodes_, 1);
  EXPECT_THAT(done_, IsEmpty()) << "the result waits for the end of the round";
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedAfterAWorkerHasDecoded) {
  http_.AnswerAll(LargeReply());
  Start();
  time_.Settle();
  executor_.RunAll();
  EXPECT_EQ(decodes_, 1);
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DestroyedInOnSendNothingIsSent) {
  CallSpec spec = Spec();
  spec.on_send = [this] { call_.reset(); };
  Start(std::move(spec));
  DestroyAndWait();
  EXPECT_THAT(http_.sent(), IsEmpty());
}

TEST_F(UpstreamCallLifetimeTest, DestroyedByAnotherWhomItsThrottlingTurnsAway) {
  http_.AnswerAll(ThrottledReply(absl::Seconds(5)));
  EmptyBudget();
  Start();
  bool refused = false;
  budget_.Acquire(begin_ + absl::Seconds(2), [&](const absl::Status& status) {
    refused = !status.ok();
    call_.reset();
  });
  time_.RunFor(absl::Seconds(1));
  EXPECT_TRUE(refused);
  DestroyAndWait();
}

TEST_F(UpstreamCallLifetimeTest, DoneMayDestroyTheCall) {
  http_.AnswerInTurn({Transient(), Ok()});
  CallSpec spec = Spec();
  int called = 0;
  spec.done = [&](const absl::Status& status) {
    EXPECT_TRUE(status.ok());
    ++called;
    call_.reset();
  };
  Start(std::move(spec));
  time_.RunFor(kLong);
  EXPECT_EQ(called, 1);
}

TEST_F(UpstreamCallLifetimeTest, ASmallReplyIsDecodedOnTheLoopAndALargeOneElsewhere) {
  http_.AnswerAll(Ok(std::string(kInlineDecodeBytes, 'x')));
  Start();
  time_.Settle();
  EXPECT_EQ(executor_.held(), 0u);
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));

  done_.clear();
  http_.AnswerAll(LargeReply());
  Start();
  time_.Settle();
  EXPECT_EQ(executor_.held(), 1u);
  EXPECT_THAT(done_, IsEmpty());
  executor_.RunAll();
  EXPECT_THAT(done_, IsEmpty()) << "the result waits for the loop";
  time_.Settle();
  EXPECT_THAT(done_, ElementsAre(absl::OkStatus()));
  EXPECT_THAT(*value_, SizeIs(kInlineDecodeBytes + 1));
}

TEST_F(UpstreamCallLifetimeTest, WhatDecodeHoldsIsReleasedWithTheCall) {
  http_.AnswerAll(LargeReply());
  Start();
  time_.Settle();
  executor_.RunAll();
  call_.reset();
  time_.Settle();
  EXPECT_EQ(value_.use_count(), 1);
}

// On real threads, for the race detector: half of the calls are destroyed while workers decode for them.
TEST(UpstreamCallThreadsTest, WorkersDecodeForCallsThatStayAndForCallsThatGo) {
  base::SystemClock clock;
  base::CondVarWaiter waiter;
  base::EventLoop loop(clock, waiter);
  base::Random random(7);
  support::FakeHttpClient http(loop);
  support::FakeAdapter adapter;
  FakeCredentialSource credentials;
  Channel channel{adapter, {"https://host.example", "host.example", ""}, credentials, absl::ZeroDuration()};
  Budget budget(loop, "sources/s:GetTask", {100, 100, 1000});
  base::ThreadPool pool(2);
  Context context{loop, random, http, pool, RetryPolicy(), TransferLimits()};
  http.AnswerAll(LargeReply());

  int done = 0;
  std::vector<std::unique_ptr<UpstreamCall>> calls;
  for (int i = 0; i < 100; ++i) {
    CallSpec spec;
    spec.request = [&adapter] { return adapter.GetTask("t-1"); };
    spec.operation = adapter.traits().operations[0];
    spec.deadline = [] { return absl::InfiniteDuration(); };
    spec.decode = [size = std::make_shared<std::size_t>()](const core::HttpResponse& response) {
      *size = response.body.size();
      return Verdict();
    };
    spec.done = [&done](const absl::Status& status) {
      EXPECT_TRUE(status.ok());
      ++done;
    };
    calls.push_back(std::make_unique<UpstreamCall>(context, channel, budget, std::move(spec)));
    calls.back()->Start();
  }
  loop.RunOnce(absl::ZeroDuration());
  calls.resize(50);
  while (done < 50) loop.RunOnce(absl::InfiniteDuration());
  EXPECT_EQ(http.in_flight(), 0u);
}

}  // namespace
}  // namespace taskgateway::upstream

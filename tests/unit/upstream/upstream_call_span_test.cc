// What is told of a call to whoever collects spans.
#include "tests/support/fake_tracer.h"
#include "tests/unit/upstream/call_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kLong = absl::Hours(1);

class UpstreamCallSpanTest : public UpstreamCallTest {
 protected:
  UpstreamCallSpanTest() {
    context_.tracer = &tracer_;
    parent_.trace.fill(7);
    parent_.span.fill(7);
  }
  CallSpec Traced() {
    CallSpec spec = Spec();
    spec.parent_span = parent_;
    return spec;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& span : tracer_.ended()) names.push_back(span.name);
    return names;
  }

  support::FakeTracer tracer_;
  base::SpanId parent_;
};

TEST_F(UpstreamCallSpanTest, ItsSpanHasOneBelowItForEachWaitAndEachAttempt) {
  http_.AnswerInTurn({Transient(), Ok()});
  Start(Traced());
  time_.RunFor(kLong);
  ASSERT_THAT(Names(), ElementsAre("credentials", "budget", "attempt", "budget", "attempt", "upstream"));
  const auto& call = tracer_.ended().back();
  EXPECT_EQ(call.parent.span, parent_.span);
  EXPECT_EQ(call.failure, "");
  for (std::size_t i = 0; i + 1 < tracer_.ended().size(); ++i) EXPECT_EQ(tracer_.ended()[i].parent.span, call.id.span);
  EXPECT_THAT(tracer_.ended()[2].attributes, Contains("http.request.resend_count=0"));
  EXPECT_NE(tracer_.ended()[2].failure, tracer_.ended()[4].failure);
  EXPECT_THAT(tracer_.ended()[4].attributes, Contains("http.request.resend_count=1"));
  EXPECT_THAT(tracer_.ended()[4].attributes, Contains("taskgateway.outcome=ok"));
}

TEST_F(UpstreamCallSpanTest, KeysAtHandTakeNoTimeAndHaveTheSameSpan) {
  credentials_.at_hand = true;
  http_.AnswerAll(Ok());
  Start(Traced());
  time_.RunFor(kLong);
  EXPECT_THAT(Names(), ElementsAre("credentials", "budget", "attempt", "upstream"));
  EXPECT_EQ(credentials_.gets, 0);
}

TEST_F(UpstreamCallSpanTest, ACallOfNobodysSpanHasNone) {
  http_.AnswerAll(Ok());
  Start();
  time_.RunFor(kLong);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(UpstreamCallSpanTest, APollBeginsATraceOfItsOwn) {
  http_.AnswerAll(Ok());
  CallSpec spec = Spec();
  spec.priority = Priority::kPoll;
  Start(std::move(spec));
  time_.RunFor(kLong);
  ASSERT_THAT(tracer_.ended(), SizeIs(4));
  EXPECT_FALSE(tracer_.ended().back().parent.valid());
}

TEST_F(UpstreamCallSpanTest, ACallThatIsDroppedEndsItsSpans) {
  Start(Traced());  // nobody answers
  time_.RunFor(absl::Milliseconds(1));
  call_.reset();
  EXPECT_THAT(Names(), ElementsAre("credentials", "budget", "attempt", "upstream"));
}

}  // namespace
}  // namespace taskgateway::upstream

#include "gateway/tasks/log_outbox.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/read_task_logs.pb.h"
#include "tests/support/logs.h"

namespace taskgateway::tasks {
namespace {

using support::LogOf;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kName[] = "sources/s/tasks/t";

// Takes and writes all there is. Each message is printed as `entry:offset:content` with ` rewritten` and ` end`.
class Reader {
 public:
  explicit Reader(LogTerms terms) : outbox(std::move(terms)) {}

  std::vector<std::string> TakeAll() {
    std::vector<std::string> taken;
    for (;;) {
      LogOutbox::Step step = outbox.Take();
      if (step.kind == LogOutbox::Step::kNothing) return taken;
      if (step.kind == LogOutbox::Step::kGoOn) continue;
      if (step.kind == LogOutbox::Step::kFinish) {
        taken.push_back(absl::StrCat("finished ", absl::StatusCodeToString(step.status.code())));
        return taken;
      }
      v1::ReadTaskLogsResponse message;
      EXPECT_TRUE(message.ParseFromString(*step.message));
      if (!message.resume_token().empty()) token = message.resume_token();
      taken.push_back(absl::StrCat(message.entry_index(), ":", message.offset(), ":", message.content(),
                                   message.rewritten() ? " rewritten" : "", message.end_of_log() ? " end" : ""));
      outbox.Written();
    }
  }
  void Put(const SharedLog& log, bool done = false) {
    outbox.PutLog(kName, log, last_ == nullptr ? kNoPoint : FirstDifference(*last_, *log), done);
    last_ = log;
  }

  LogOutbox outbox;
  std::string token;

 private:
  SharedLog last_;
};

LogTerms Following() { return {.follow = true, .resume_from = {}, .tail_bytes = 0, .filter = {}}; }
LogTerms ResumingAt(const std::string& token) {
  return {.follow = true, .resume_from = FromLogToken(token), .tail_bytes = 0, .filter = {}};
}

TEST(LogOutboxTest, AFollowerGetsEveryByteOnceAndTheEnd) {
  Reader reader(Following());
  EXPECT_THAT(reader.TakeAll(), IsEmpty());
  reader.Put(LogOf({{"stdout", "ab"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0:ab"));
  reader.Put(LogOf({{"stdout", "abc"}, {"stderr", "x"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:2:c", "1:0:x"));
  reader.Put(LogOf({{"stdout", "abc"}, {"stderr", "xy"}}), true);
  EXPECT_THAT(reader.TakeAll(), ElementsAre("1:1:y", "1:2: end", "finished OK"));
  EXPECT_THAT(reader.TakeAll(), IsEmpty()) << "a stream is finished once";
}

TEST(LogOutboxTest, WithoutFollowTheStreamEndsWithWhatThereIs) {
  Reader reader({});
  reader.Put(LogOf({{"stdout", "ab"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0:ab", "finished OK"));
}

TEST(LogOutboxTest, AnEmptyLogOfADoneTaskIsAnEnd) {
  Reader reader({});
  reader.Put(LogOf({}), true);
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0: end", "finished OK"));
}

TEST(LogOutboxTest, TextThatChangesIsToldAnewFromTheEntryThatDiffers) {
  Reader reader(Following());
  reader.Put(LogOf({{"stdout", "ab"}, {"stderr", "cd"}}));
  reader.TakeAll();
  reader.Put(LogOf({{"stdout", "ab"}, {"stderr", "cX"}, {"stdout", "e"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("1:0: rewritten", "1:0:cX", "2:0:e"));
}

TEST(LogOutboxTest, ALogThatLosesAnEntryForAWhileIsToldAnewFromTheLastOneThatIsLeft) {
  Reader reader(Following());
  reader.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  reader.TakeAll();
  reader.Put(LogOf({{"stdout", "ab"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0: rewritten", "0:0:ab"));
  reader.Put(LogOf({{"stdout", "abX"}, {"stderr", "c"}}), true);
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:2:X", "1:0:c", "1:1: end", "finished OK"));
}

TEST(LogOutboxTest, AnEntryThatWasLostAndIsBackHidesNoChangeInFrontOfIt) {
  Reader slow(Following());
  slow.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  slow.TakeAll();
  slow.Put(LogOf({{"stdout", "ab"}}));
  slow.Put(LogOf({{"stdout", "abX"}, {"stderr", "c"}}), true);
  EXPECT_THAT(slow.TakeAll(), ElementsAre("0:0: rewritten", "0:0:abX", "1:0:c", "1:1: end", "finished OK"));
}

TEST(LogOutboxTest, AChangeInFrontOfWhichNothingWasSentIsNoRewrite) {
  Reader reader(Following());
  reader.Put(LogOf({{"stdout", "ab"}}));
  reader.Put(LogOf({{"stdout", "xyz"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0:xyz"));
}

TEST(LogOutboxTest, ALogThatGotShorterGoesOnWhereItGrowsAgain) {
  Reader reader(Following());
  reader.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  reader.TakeAll();
  reader.Put(LogOf({{"stdout", "ab"}}));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0: rewritten", "0:0:ab"));
  const SharedLog grown = LogOf({{"stdout", "abx"}, {"stderr", "y"}});
  reader.Put(grown);
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:2:x", "1:0:y"));
  Reader second(ResumingAt(reader.token));
  second.Put(grown, true);
  EXPECT_THAT(second.TakeAll(), ElementsAre("1:1: end", "finished OK")) << "the digest is every replica's";
}

TEST(LogOutboxTest, ARewriteOnTheWayToATokenVoidsAll) {
  const std::string text = "x" + std::string(1'000'000, 'a');
  Reader first(Following());
  first.Put(LogOf({{"stdout", text}}));
  first.TakeAll();
  LogOutbox outbox(ResumingAt(first.token));
  outbox.PutLog(kName, LogOf({{"stdout", text}}), kNoPoint, false);
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kGoOn);
  outbox.PutLog(kName, LogOf({{"stdout", text.substr(0, 900'000) + "b"}}), {0, 900'000}, false);
  LogOutbox::Step step = outbox.Take();
  ASSERT_EQ(step.kind, LogOutbox::Step::kWrite);
  v1::ReadTaskLogsResponse message;
  ASSERT_TRUE(message.ParseFromString(*step.message));
  EXPECT_TRUE(message.rewritten());
  EXPECT_EQ(message.offset(), 0);
}

TEST(LogOutboxTest, ARewriteOnTheWayToATailIsNoRewrite) {
  LogTerms terms = Following();
  terms.tail_bytes = 3;
  LogOutbox outbox(terms);
  outbox.PutLog(kName, LogOf({{"stdout", std::string(1'000'000, 'a')}}), kNoPoint, false);
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kGoOn);
  outbox.PutLog(kName, LogOf({{"stdout", "bbbbb"}}), {0, 0}, false);
  LogOutbox::Step step = outbox.Take();
  ASSERT_EQ(step.kind, LogOutbox::Step::kWrite);
  v1::ReadTaskLogsResponse message;
  ASSERT_TRUE(message.ParseFromString(*step.message));
  EXPECT_FALSE(message.rewritten());
  EXPECT_EQ(message.content(), "bbb");
}

TEST(LogOutboxTest, AFailedStreamLetsGoOfTheLog) {
  LogOutbox outbox(Following());
  SharedLog log = LogOf({{"stdout", std::string(100'000, 'x')}});
  const std::weak_ptr<const TaskLog> watched = log;
  outbox.PutLog(kName, std::move(log), kNoPoint, false);
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kWrite);  // and never written
  outbox.Fail(absl::ResourceExhaustedError("full"));
  EXPECT_TRUE(watched.expired());
}

TEST(LogOutboxTest, AResumedStreamGoesOnBehindTheToken) {
  Reader first(Following());
  first.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  first.TakeAll();
  Reader second(ResumingAt(first.token));
  second.Put(LogOf({{"stdout", "ab"}, {"stderr", "cd"}}), true);
  EXPECT_THAT(second.TakeAll(), ElementsAre("1:1:d", "1:2: end", "finished OK"));
}

TEST(LogOutboxTest, AResumedStreamBeginsAnewWhenTheLogIsAnotherOne) {
  Reader first(Following());
  first.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  first.TakeAll();
  Reader changed(ResumingAt(first.token));
  changed.Put(LogOf({{"stdout", "aX"}, {"stderr", "c"}}));
  EXPECT_THAT(changed.TakeAll(), ElementsAre("0:0: rewritten", "0:0:aX", "1:0:c"));
  Reader shorter(ResumingAt(first.token));
  shorter.Put(LogOf({{"stdout", "a"}}));
  EXPECT_THAT(shorter.TakeAll(), ElementsAre("0:0: rewritten", "0:0:a"));
}

TEST(LogOutboxTest, ATokenOfAFilteredStreamFitsAnUnfilteredOne) {
  LogTerms terms = Following();
  terms.filter.stream = "stderr";
  Reader filtered(terms);
  filtered.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}}));
  EXPECT_THAT(filtered.TakeAll(), ElementsAre("1:0:c"));
  Reader second(ResumingAt(filtered.token));
  second.Put(LogOf({{"stdout", "ab"}, {"stderr", "c"}, {"stdout", "d"}}));
  EXPECT_THAT(second.TakeAll(), ElementsAre("2:0:d"));
}

TEST(LogOutboxTest, ATailBeginsNearTheEndAndItsTokensResume) {
  LogTerms terms = Following();
  terms.tail_bytes = 2;
  const SharedLog log = LogOf({{"stdout", std::string(1'000'000, 'x')}, {"stderr", "abc"}});
  Reader tail(terms);
  tail.Put(log);
  EXPECT_THAT(tail.TakeAll(), ElementsAre("1:1:bc"));
  Reader second(ResumingAt(tail.token));
  second.Put(log, true);
  EXPECT_THAT(second.TakeAll(), ElementsAre("1:3: end", "finished OK"));
}

TEST(LogOutboxTest, LongStretchesAreHashedInSteps) {
  LogTerms terms = Following();
  terms.tail_bytes = 1;
  LogOutbox outbox(terms);
  outbox.PutLog(kName, LogOf({{"stdout", std::string(1'000'000, 'x')}}), kNoPoint, false);
  int steps = 0;
  while (outbox.Take().kind == LogOutbox::Step::kGoOn) ++steps;
  EXPECT_EQ(steps, 3);
}

TEST(LogOutboxTest, OneMessageIsUnderWayAtATime) {
  LogOutbox outbox(Following());
  outbox.PutLog(kName, LogOf({{"stdout", std::string(100'000, 'x')}}), kNoPoint, false);
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kWrite);
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kNothing);
  outbox.Written();
  EXPECT_EQ(outbox.Take().kind, LogOutbox::Step::kWrite);
}

TEST(LogOutboxTest, AKeepAliveIsAnEmptyChunkUnlessThereIsText) {
  Reader reader(Following());
  reader.outbox.PutKeepAlive();
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0:"));
  reader.Put(LogOf({{"stdout", "ab"}}));
  reader.outbox.PutKeepAlive();
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:0:ab"));
  const std::string token = reader.token;
  reader.outbox.PutKeepAlive();
  EXPECT_THAT(reader.TakeAll(), ElementsAre("0:2:"));
  EXPECT_EQ(reader.token, token) << "whoever keeps each token keeps the place";
}

TEST(LogOutboxTest, AFailureEndsTheStream) {
  Reader reader(Following());
  reader.Put(LogOf({{"stdout", "ab"}}));
  reader.outbox.Fail(absl::NotFoundError("gone"));
  EXPECT_THAT(reader.TakeAll(), ElementsAre("finished NOT_FOUND"));
}

}  // namespace
}  // namespace taskgateway::tasks

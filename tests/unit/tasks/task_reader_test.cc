#include "gateway/tasks/task_reader.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using support::TransferFailure;
using testing::ElementsAre;
using testing::IsEmpty;

class TaskReaderTest : public testing::Test {
 protected:
  ReadRequest Of(std::string task_id, absl::Duration within = absl::InfiniteDuration()) {
    return {.source = upstream_.sources.Find("s"),
            .task_id = std::move(task_id),
            .deadline = upstream_.time.loop.Now() + within};
  }
  ReadRequest Fresh(std::string task_id) {
    ReadRequest request = Of(std::move(task_id));
    request.max_staleness = absl::ZeroDuration();
    return request;
  }
  ReadRequest Raw(std::string task_id) {
    ReadRequest request = Of(std::move(task_id));
    request.raw = true;
    return request;
  }
  // Notes the answer under `who`.
  TaskReader::ReadId Read(const std::string& who, ReadRequest request) {
    return reader_->Read(std::move(request), [this, who](absl::StatusOr<SharedReading> answer) {
      answered_.push_back(who);
      answers_.insert_or_assign(who, std::move(answer));
    });
  }
  // Lets the flight's first attempt reach the wire.
  void Send() { upstream_.time.Settle(); }
  void Reply(const upstream::TransferResult& result) {
    ASSERT_TRUE(upstream_.http.ReplyOldest(result));
    upstream_.time.Settle();
  }
  std::string StateOf(const std::string& who) const { return answers_.at(who).value()->task().source_status(); }

  support::FakeUpstream upstream_{{"s"}};
  std::unique_ptr<TaskReader> reader_ = std::make_unique<TaskReader>(upstream_.context, upstream_.cache);
  std::vector<std::string> answered_;
  std::map<std::string, absl::StatusOr<SharedReading>> answers_;
};

TEST_F(TaskReaderTest, AReadingHasTheTasksNameSourceReadTimeAndEtag) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  const v1::Task& task = answers_.at("a").value()->task();
  EXPECT_EQ(task.name(), "sources/s/tasks/t1");
  EXPECT_EQ(task.source(), "s");
  EXPECT_EQ(task.read_time().seconds(), absl::ToUnixSeconds(upstream_.time.clock.Now()));
  EXPECT_TRUE(task.etag().starts_with("1-"));
  EXPECT_EQ(task.next_poll_delay().seconds(), 1) << "a task without a creation time counts as new";
  EXPECT_EQ(reader_->flights(), 0u);
}

TEST_F(TaskReaderTest, ConcurrentReadsOfOneTaskAreOneUpstreamCall) {
  for (int i = 0; i < 100; ++i) Read(std::to_string(i), Of("t1"));
  Send();
  Read("late", Of("t1"));
  EXPECT_EQ(upstream_.http.sent().size(), 1u);
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(answered_.size(), 101u);
  EXPECT_EQ(upstream_.http.sent().size(), 1u);
  EXPECT_EQ(upstream_.counters.coalesced.Value(), 100u);
  EXPECT_EQ(upstream_.counters.misses.Value(), 101u);
  EXPECT_EQ(answers_.at("0").value(), answers_.at("late").value()) << "they share one reading";
}

TEST_F(TaskReaderTest, ReadsOfDifferentTasksAreDifferentCalls) {
  Read("a", Of("t1"));
  Read("b", Of("t2"));
  Send();
  EXPECT_EQ(upstream_.http.sent().size(), 2u);
}

TEST_F(TaskReaderTest, AFailureReachesEveryWaiter) {
  Read("a", Of("t1"));
  Read("b", Of("t1"));
  Send();
  Reply(HttpReply(404));
  EXPECT_THAT(answered_, ElementsAre("a", "b"));
  EXPECT_TRUE(absl::IsNotFound(answers_.at("a").status()));
  EXPECT_TRUE(absl::IsNotFound(answers_.at("b").status()));
}

TEST_F(TaskReaderTest, TheLastWaiterToLeaveAbortsTheTransfer) {
  const auto a = Read("a", Of("t1"));
  const auto b = Read("b", Of("t1"));
  Send();
  reader_->Leave(a);
  EXPECT_FALSE(upstream_.http.sent()[0].aborted);
  reader_->Leave(b);
  EXPECT_TRUE(upstream_.http.sent()[0].aborted);
  EXPECT_EQ(reader_->flights(), 0u);
  EXPECT_THAT(answered_, IsEmpty());
}

TEST_F(TaskReaderTest, EachWaiterHasItsOwnDeadline) {
  Read("short", Of("t1", absl::Seconds(1)));
  Read("long", Of("t1", absl::Seconds(5)));
  upstream_.time.RunFor(absl::Seconds(2));
  EXPECT_THAT(answered_, ElementsAre("short"));
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers_.at("short").status()));
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(StateOf("long"), "RUNNING");
}

TEST_F(TaskReaderTest, WhenEveryDeadlineHasPassedTheTransferIsAborted) {
  Read("a", Of("t1", absl::Seconds(1)));
  upstream_.time.RunFor(absl::Seconds(2));
  EXPECT_TRUE(absl::IsDeadlineExceeded(answers_.at("a").status()));
  EXPECT_TRUE(upstream_.http.sent()[0].aborted);
}

TEST_F(TaskReaderTest, AnotherAttemptStartsOnlyIfAWaiterOutlivesItsBackoff) {
  upstream_.context.retry.first_backoff = absl::Seconds(100);
  upstream_.context.retry.max_backoff = absl::Seconds(100);
  Read("a", Of("t1", absl::Milliseconds(100)));
  Send();
  Reply(TransferFailure(upstream::TransferError::kUnreachable));
  EXPECT_TRUE(absl::IsUnavailable(answers_.at("a").status())) << "the failure is told at once, not at the deadline";

  const auto patient = Read("patient", Of("t1", absl::Seconds(1000)));
  Send();
  Reply(TransferFailure(upstream::TransferError::kUnreachable));
  EXPECT_FALSE(answers_.contains("patient"));
  upstream_.time.RunFor(absl::Seconds(101));
  EXPECT_EQ(upstream_.http.sent().size(), 3u);
  reader_->Leave(patient);
}

TEST_F(TaskReaderTest, AFreshReadJoinsAFlightThatWasNotSentYet) {
  // Without a token the flight waits in the budget's queue.
  for (int i = 0; i < 20; ++i) Read("drain" + std::to_string(i), Of("drain" + std::to_string(i)));
  Read("a", Of("t1"));
  Read("fresh", Fresh("t1"));
  upstream_.time.RunFor(absl::Seconds(1));
  EXPECT_EQ(upstream_.http.sent().size(), 21u);
  EXPECT_EQ(reader_->flights(), 21u);
}

TEST_F(TaskReaderTest, FreshReadsNeverJoinASentFlightAndShareOneFollowUp) {
  Read("a", Of("t1"));
  Send();
  Read("fresh 1", Fresh("t1"));
  Read("fresh 2", Fresh("t1"));
  Read("b", Of("t1"));
  Send();
  EXPECT_EQ(upstream_.http.sent().size(), 1u) << "at most one flight per task";
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_THAT(answered_, ElementsAre("a", "b"));
  EXPECT_EQ(upstream_.http.sent().size(), 2u);
  Reply(HttpReply(200, "SUCCEEDED"));
  EXPECT_THAT(answered_, ElementsAre("a", "b", "fresh 1", "fresh 2"));
  EXPECT_EQ(StateOf("fresh 1"), "SUCCEEDED");
  EXPECT_EQ(upstream_.http.sent().size(), 2u);
}

TEST_F(TaskReaderTest, TheFollowUpStartsAtOnceWhenTheFlightIsAborted) {
  const auto a = Read("a", Of("t1"));
  Send();
  Read("fresh", Fresh("t1"));
  reader_->Leave(a);
  Send();
  EXPECT_TRUE(upstream_.http.sent()[0].aborted);
  ASSERT_EQ(upstream_.http.sent().size(), 2u);
  Reply(HttpReply(200, "SUCCEEDED"));
  EXPECT_EQ(StateOf("fresh"), "SUCCEEDED");
}

TEST_F(TaskReaderTest, AFollowUpThatEverybodyLeftDoesNotStart) {
  Read("a", Of("t1"));
  Send();
  reader_->Leave(Read("fresh", Fresh("t1")));
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(upstream_.http.sent().size(), 1u);
  EXPECT_EQ(reader_->flights(), 0u);
}

TEST_F(TaskReaderTest, ARawReadJoinsAFlightAndEverybodyGetsTheRawReading) {
  Read("a", Of("t1"));
  Send();
  Read("raw", Raw("t1"));
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(upstream_.http.sent().size(), 1u);
  EXPECT_TRUE(answers_.at("raw").value()->has_raw());
}

TEST_F(TaskReaderTest, ARawReadNeverJoinsAFlightThatIsBeingDecodedWithoutIt) {
  Read("a", Of("t1"));
  Send();
  ASSERT_TRUE(upstream_.http.ReplyOldest(HttpReply(200, "RUNNING" + std::string(upstream::kInlineDecodeBytes, ' '))));
  ASSERT_EQ(upstream_.decode_executor.held.size(), 1u);
  upstream_.decode_executor.RunAll();  // decoded, but the loop has not heard of it yet
  Read("raw", Raw("t1"));
  Send();
  EXPECT_TRUE(answers_.contains("a"));
  EXPECT_FALSE(answers_.contains("raw"));
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_TRUE(answers_.at("raw").value()->has_raw());
}

// A reply is decoded, and judged only when all others are.
class DecodedTest : public TaskReaderTest {
 protected:
  DecodedTest() {
    Read("a", Of("t1"));
    Send();
    EXPECT_TRUE(upstream_.http.ReplyOldest(HttpReply(200, "RUNNING")));
    EXPECT_THAT(answered_, IsEmpty());
  }
};

TEST_F(DecodedTest, AnotherReadJoinsAndAFreshOneFollows) {
  Read("b", Of("t1"));
  Read("c", Fresh("t1"));
  Read("d", Raw("t1"));
  Send();
  EXPECT_THAT(answered_, ElementsAre("a", "b"));
  Reply(HttpReply(200, "SUCCEEDED"));
  EXPECT_THAT(answered_, ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(StateOf("a"), "RUNNING");
  EXPECT_EQ(StateOf("d"), "SUCCEEDED");
  EXPECT_TRUE(answers_.at("d").value()->has_raw());
}

TEST_F(DecodedTest, WhatIsOutdatedThenIsToldButNotKept) {
  reader_->Outdate(*upstream_.sources.Find("s"), "t1");
  Send();
  EXPECT_EQ(StateOf("a"), "RUNNING");
  Read("b", Of("t1"));
  Send();
  EXPECT_THAT(answered_, ElementsAre("a")) << "the upstream is asked again";
}

TEST_F(TaskReaderTest, ALargeReplyIsDecodedElsewhereAndDroppedWhenNobodyWaitsAnyMore) {
  const auto a = Read("a", Of("t1"));
  Send();
  ASSERT_TRUE(upstream_.http.ReplyOldest(HttpReply(200, std::string(upstream::kInlineDecodeBytes + 1, 'x'))));
  ASSERT_EQ(upstream_.decode_executor.held.size(), 1u);
  reader_->Leave(a);
  upstream_.decode_executor.RunAll();
  upstream_.time.Settle();
  EXPECT_THAT(answered_, IsEmpty());
}

TEST_F(TaskReaderTest, ACallerMayReadAgainAndOthersMayLeaveWhileItIsAnswered) {
  TaskReader::ReadId neighbour = 0;
  reader_->Read(Of("t1"), [&](const absl::StatusOr<SharedReading>&) {
    reader_->Leave(neighbour);
    Read("again", Fresh("t1"));
  });
  neighbour = Read("neighbour", Of("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_FALSE(answers_.contains("neighbour"));
  Reply(HttpReply(200, "SUCCEEDED"));
  EXPECT_EQ(StateOf("again"), "SUCCEEDED");
}

TEST_F(TaskReaderTest, ARecentReadingAnswersWithoutTheUpstream) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  upstream_.time.RunFor(absl::Milliseconds(500));
  Read("b", Of("t1"));
  EXPECT_FALSE(answers_.contains("b")) << "never before Read returns";
  upstream_.time.Settle();
  EXPECT_EQ(answers_.at("b").value(), answers_.at("a").value());
  EXPECT_EQ(upstream_.counters.hits.Value(), 1u);
  upstream_.time.RunFor(absl::Milliseconds(501));
  Read("c", Of("t1"));
  Send();
  EXPECT_EQ(upstream_.http.sent().size(), 2u);
  EXPECT_EQ(upstream_.counters.stale.Value(), 1u);
}

TEST_F(TaskReaderTest, AnAnswerFromTheCacheCanBeLeft) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  reader_->Leave(Read("b", Of("t1")));
  upstream_.time.Settle();
  EXPECT_THAT(answered_, ElementsAre("a"));
}

TEST_F(TaskReaderTest, NotFoundIsRememberedFor2s) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(404));
  Read("b", Of("t1"));
  upstream_.time.Settle();
  EXPECT_TRUE(absl::IsNotFound(answers_.at("b").status()));
  EXPECT_EQ(upstream_.http.sent().size(), 1u);
  upstream_.time.RunFor(absl::Seconds(2));
  Read("c", Of("t1"));
  Send();
  EXPECT_EQ(upstream_.http.sent().size(), 2u);
}

TEST_F(TaskReaderTest, ARegressionIsNotShownToThoseWhoAskedForIt) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "SUCCEEDED"));
  Read("raw", Raw("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(StateOf("raw"), "SUCCEEDED");
  EXPECT_EQ(upstream_.counters.regressions.Value(), 1u);
}

TEST_F(TaskReaderTest, WhatWasSentBeforeTheTaskWasTouchedIsNeitherKeptNorShared) {
  Read("before", Of("t1"));
  Send();
  reader_->Outdate(*upstream_.sources.Find("s"), "t1");
  Read("after", Of("t1"));
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(StateOf("before"), "RUNNING");
  EXPECT_FALSE(answers_.contains("after"));
  EXPECT_TRUE(upstream_.cache.Find("sources/s/tasks/t1", absl::InfiniteDuration(), false).nothing());
  Reply(HttpReply(200, "CANCELLING"));
  EXPECT_EQ(StateOf("after"), "CANCELLING");
}

TEST_F(TaskReaderTest, AnEndThatWasSentForBeforeTheTaskWasTouchedIsKeptAllTheSame) {
  Read("before", Of("t1"));
  Send();
  reader_->Outdate(*upstream_.sources.Find("s"), "t1");
  Reply(HttpReply(200, "SUCCEEDED"));
  EXPECT_EQ(StateOf("before"), "SUCCEEDED");
  Read("after", Fresh("t1"));
  Send();
  EXPECT_EQ(StateOf("after"), "SUCCEEDED") << "a replica that is behind cannot take it back";
}

TEST_F(TaskReaderTest, ATaskThatIsDoneStaysSoHoweverItIsTouched) {
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "SUCCEEDED"));
  Read("raw", Raw("t1"));
  Send();
  reader_->Outdate(*upstream_.sources.Find("s"), "t1");
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_EQ(StateOf("raw"), "SUCCEEDED") << "a replica that is behind";
}

TEST_F(TaskReaderTest, TheLogOfAReplyThatIsBehindTheEndIsNobodys) {
  std::vector<std::size_t> heard;
  reader_->SetLogListener([&](const Source&, const std::string&, const SharedReading&, const SharedLog& log) {
    heard.push_back(log->entries.size());
  });
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "SUCCEEDED\napply/stdout/a\napply/stdout/b\n"));
  ReadRequest request = Of("t1");
  request.log = true;
  Read("log", request);
  Send();
  Reply(HttpReply(200, "RUNNING\napply/stdout/a\n"));
  EXPECT_EQ(StateOf("log"), "SUCCEEDED");
  EXPECT_THAT(heard, ElementsAre(2u));
}

TEST_F(TaskReaderTest, TheListenerHearsWhatFlightsBringBeforeThoseWhoAsked) {
  reader_->SetListener([this](const Source& source, const std::string& task_id, const SharedReading& reading) {
    answered_.push_back(source.name + " " + task_id + " " + reading->task().source_status());
  });
  Read("a", Of("t1"));
  Send();
  Reply(HttpReply(200, "RUNNING"));
  EXPECT_THAT(answered_, ElementsAre("s t1 RUNNING", "a"));
}

TEST_F(TaskReaderTest, AReadThatJoinsAWaitingPollHurriesIt) {
  for (int i = 0; i < 20; ++i) Read("drain" + std::to_string(i), Of("drain" + std::to_string(i)));
  for (const char* id : {"p1", "p2"}) {
    ReadRequest poll = Of(id);
    poll.poll = true;
    Read(id, poll);
  }
  Read("p2 too", Of("p2"));
  upstream_.time.RunFor(absl::Milliseconds(60));
  ASSERT_EQ(upstream_.http.sent().size(), 21u);
  EXPECT_EQ(upstream_.http.sent().back().request.path, "/tasks/p2");
}

TEST_F(TaskReaderTest, ItsEndDropsWhatIsUnderWay) {
  Read("a", Of("t1", absl::Seconds(5)));
  Send();
  reader_.reset();
  EXPECT_TRUE(upstream_.http.sent()[0].aborted);
  upstream_.time.RunFor(absl::Seconds(10));
  EXPECT_THAT(answered_, IsEmpty());
}

}  // namespace
}  // namespace taskgateway::tasks

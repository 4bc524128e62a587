#include "gateway/tasks/log_buffers.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/live_tasks.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using testing::ElementsAre;
using testing::IsEmpty;

// Notes what it hears: the contents, where they differ, and whether that is all; or a status.
class Observer final : public LogObserver {
 public:
  void OnLog(const std::string& name, const SharedLog& log, const LogPoint& difference, bool done) override {
    EXPECT_EQ(name, "sources/s/tasks/t");
    std::string text;
    for (const TaskLog::Entry& entry : log->entries) absl::StrAppend(&text, std::string(entry.content), ";");
    if (text.size() > 20) text = absl::StrCat(text.size(), " bytes");
    heard.push_back(absl::StrCat(
        text, difference == kNoPoint ? "" : absl::StrCat(" differs at ", difference.entry, ":", difference.offset),
        done ? " done" : ""));
  }
  void OnFailure(const absl::Status& status) override {
    heard.push_back(core::ReasonOf(status).empty() ? absl::StatusCodeToString(status.code()) : core::ReasonOf(status));
    if (leaves) subscription.End();
  }

  std::vector<std::string> heard;
  bool leaves = true;
  LogBuffers::Subscription subscription;
};

class LogBuffersTest : public testing::Test {
 protected:
  Observer& Subscribe(bool follow, std::optional<LogPoint> resumes_at = {}) {
    observers_.push_back(std::make_unique<Observer>());
    live_.log_buffers.Subscribe(live_.source(), "t", {.follow = follow, .resumes_at = resumes_at}, *observers_.back(),
                                &observers_.back()->subscription);
    return *observers_.back();
  }
  void Say(const std::string& state, const std::string& lines) { live_.Say("t", state + "\n" + lines); }

  support::LiveTasks live_;
  std::vector<std::unique_ptr<Observer>> observers_;
};

TEST_F(LogBuffersTest, AFollowerHearsTheLogOfEveryPollUntilTheEnd) {
  Say("RUNNING", "apply/stdout/a\n");
  Observer& follower = Subscribe(true);
  EXPECT_THAT(follower.heard, IsEmpty()) << "never before Subscribe returns";
  live_.Run(absl::Milliseconds(500));
  ASSERT_THAT(follower.heard, ElementsAre("a;"));
  Say("RUNNING", "apply/stdout/ab\n");
  live_.Run(absl::Seconds(1.5));
  EXPECT_EQ(follower.heard.back(), "ab;");
  Say("SUCCEEDED", "apply/stdout/abc\n");
  live_.Run(absl::Seconds(5));
  EXPECT_EQ(follower.heard.back(), "abc; done");
  const std::size_t sent = live_.sent();
  live_.Run(absl::Minutes(5));
  EXPECT_EQ(live_.sent(), sent) << "a done task is not polled";
}

TEST_F(LogBuffersTest, ManyFollowersCostNoMoreThanOne) {
  Say("RUNNING", "apply/stdout/a\n");
  for (int i = 0; i < 20; ++i) Subscribe(true);
  live_.Run(absl::Milliseconds(900));
  EXPECT_EQ(live_.sent(), 1u);
  for (const auto& observer : observers_) EXPECT_THAT(observer->heard, ElementsAre("a;"));
}

TEST_F(LogBuffersTest, WhoComesLateHearsTheLogThatIsThere) {
  Say("RUNNING", "apply/stdout/a\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  const std::size_t sent = live_.sent();
  Observer& late = Subscribe(true);
  Observer& once = Subscribe(false);
  live_.Run(absl::Milliseconds(1));
  EXPECT_THAT(late.heard, ElementsAre("a;"));
  EXPECT_THAT(once.heard, ElementsAre("a;")) << "it is of the last second";
  EXPECT_EQ(live_.sent(), sent);
}

// It may have read more, at another replica.
TEST_F(LogBuffersTest, WhoResumesHearsOfNoLogFromBefore) {
  Say("RUNNING", "apply/stdout/a\n");
  Observer& first = Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  Say("RUNNING", "apply/stdout/ab\n");
  Observer& follower = Subscribe(true, LogPoint{0, 2});
  live_.Run(absl::Milliseconds(100));
  EXPECT_THAT(follower.heard, ElementsAre("ab;"));
  EXPECT_THAT(first.heard, ElementsAre("a;", "ab;"));
}

TEST_F(LogBuffersTest, ThoseWhoResumeWhileTheLogIsReadShareOneMoreRead) {
  Say("RUNNING", "apply/stdout/a\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  const std::size_t sent = live_.sent();
  Subscribe(true, LogPoint{0, 2});
  for (int i = 0; i < 10; ++i) Subscribe(i % 2 == 0, LogPoint{0, 2});
  live_.Run(absl::Milliseconds(100));
  EXPECT_EQ(live_.sent(), sent + 2);
  for (const auto& observer : observers_) {
    ASSERT_FALSE(observer->heard.empty());
    EXPECT_EQ(observer->heard.back(), "a;");
  }
}

TEST_F(LogBuffersTest, AReadThatWasUnderWayIsNotEnoughForWhoResumes) {
  Say("RUNNING", "apply/stdout/a\n");
  Observer& first = Subscribe(true);
  live_.Run(absl::Milliseconds(5));  // its read is under way
  const std::size_t sent = live_.sent();
  ASSERT_EQ(sent, 1u);
  ASSERT_THAT(first.heard, IsEmpty());
  Observer& follower = Subscribe(true, LogPoint{0, 2});
  live_.Run(absl::Milliseconds(200));
  EXPECT_EQ(live_.sent(), sent + 1);
  EXPECT_THAT(follower.heard, ElementsAre("a;"));
}

TEST_F(LogBuffersTest, WhoResumesWaitsUntilTheUpstreamAnswersAgain) {
  Say("RUNNING", "apply/stdout/a\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  live_.SayNothing("t");
  Observer& follower = Subscribe(true, LogPoint{0, 2});
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(follower.heard, IsEmpty());
  Say("RUNNING", "apply/stdout/ab\n");
  live_.Run(absl::Seconds(20));
  ASSERT_FALSE(follower.heard.empty());
  EXPECT_EQ(follower.heard.front(), "ab;");
}

TEST_F(LogBuffersTest, WhoResumesWithinTheLogThatIsThereHearsAtOnce) {
  Say("RUNNING", "apply/stdout/ab\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  const std::size_t sent = live_.sent();
  Observer& follower = Subscribe(true, LogPoint{0, 2});
  live_.Run(absl::Milliseconds(1));
  EXPECT_THAT(follower.heard, ElementsAre("ab;"));
  EXPECT_EQ(live_.sent(), sent);
}

TEST_F(LogBuffersTest, OfATaskThatIsDoneWhoResumesHearsAtOnce) {
  Say("SUCCEEDED", "apply/stdout/a\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  const std::size_t sent = live_.sent();
  Observer& follower = Subscribe(true, LogPoint{0, 2});
  live_.Run(absl::Milliseconds(1));
  EXPECT_THAT(follower.heard, ElementsAre("a; done"));
  EXPECT_EQ(live_.sent(), sent);
}

TEST_F(LogBuffersTest, WhoDoesNotFollowHearsOfALogThatComesFirstAndOfLaterOnes) {
  Say("RUNNING", "apply/stdout/a\n");
  Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  // A newer log arrives in the round in which the reader subscribes.
  Observer* once = nullptr;
  live_.upstream.time.loop.Schedule(absl::Milliseconds(10), [&] { once = &Subscribe(false); });
  Say("RUNNING", "apply/stdout/ab\n");
  live_.reader.Read({.source = &live_.source(), .task_id = "t", .max_staleness = absl::ZeroDuration()},
                    [](const auto&) {});
  live_.Run(absl::Milliseconds(100));
  ASSERT_NE(once, nullptr);
  EXPECT_FALSE(once->heard.empty());
  EXPECT_EQ(once->heard.back(), "ab;");
}

TEST_F(LogBuffersTest, AFailureIsNotToldToWhoHasALog) {
  Say("RUNNING", "apply/stdout/a\n");
  Observer& first = Subscribe(false);
  live_.Run(absl::Seconds(2));
  live_.SayNothing("t");
  Observer& second = Subscribe(false);
  live_.Run(absl::Seconds(2));
  EXPECT_THAT(first.heard, ElementsAre("a;"));
  EXPECT_THAT(second.heard, ElementsAre("UPSTREAM_UNREACHABLE"));
}

TEST_F(LogBuffersTest, ADoneTaskInTheCacheIsReadOnceMoreForItsLog) {
  Say("SUCCEEDED", "apply/stdout/a\n");
  live_.reader.Read({.source = &live_.source(), .task_id = "t"}, [](const auto&) {});
  live_.Run(absl::Seconds(1));
  Observer& follower = Subscribe(true);
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(follower.heard, ElementsAre("a; done"));
  EXPECT_EQ(live_.sent(), 2u);
}

TEST_F(LogBuffersTest, AReplyThatIsBehindTheEndIsNotTheLogAndAFollowerGetsItLater) {
  Say("SUCCEEDED", "apply/stdout/ab\n");
  live_.reader.Read({.source = &live_.source(), .task_id = "t"}, [](const auto&) {});
  live_.Run(absl::Seconds(1));
  Say("RUNNING", "apply/stdout/a\n");
  Observer& follower = Subscribe(true);
  Observer& once = Subscribe(false);
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(follower.heard, IsEmpty());
  EXPECT_THAT(once.heard, ElementsAre("UPSTREAM_BROKEN_REPLY"));
  Say("SUCCEEDED", "apply/stdout/ab\n");
  live_.Run(absl::Seconds(5));
  EXPECT_THAT(follower.heard, ElementsAre("ab; done"));
}

TEST_F(LogBuffersTest, TellsWhereALogWasRewritten) {
  Say("RUNNING", "apply/stdout/abc\napply/stderr/x\n");
  Observer& follower = Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  Say("RUNNING", "apply/stdout/abX\n");
  live_.Run(absl::Seconds(1.5));
  EXPECT_THAT(follower.heard, ElementsAre("abc;x;", "abX; differs at 0:2"));
}

TEST_F(LogBuffersTest, LongLogsAreComparedElsewhere) {
  const std::string line(500'000, 'x');
  Say("RUNNING", "apply/stdout/" + line + "\n");
  Observer& follower = Subscribe(true);
  const auto run = [&] {
    for (int i = 0; i < 20; ++i) {
      live_.Run(absl::Milliseconds(100));
      live_.upstream.decode_executor.RunAll();
    }
    live_.Run(absl::Milliseconds(1));
  };
  run();
  Say("SUCCEEDED", "apply/stdout/" + line + "y\n");
  run();
  EXPECT_EQ(follower.heard.front(), "500001 bytes");
  EXPECT_EQ(follower.heard.back(), "500002 bytes done");
}

TEST_F(LogBuffersTest, AFollowerOutlivesFailuresThatPassAndAReaderDoesNot) {
  live_.SayNothing("t");
  Observer& follower = Subscribe(true);
  Observer& once = Subscribe(false);
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(follower.heard, IsEmpty());
  EXPECT_THAT(once.heard, ElementsAre("UPSTREAM_UNREACHABLE"));
  Say("SUCCEEDED", "apply/stdout/a\n");
  live_.Run(absl::Minutes(1));
  EXPECT_THAT(follower.heard, ElementsAre("a; done"));
}

TEST_F(LogBuffersTest, ATaskThatIsNotThereEndsTheRead) {
  Observer& follower = Subscribe(true);
  live_.Run(absl::Seconds(1));
  EXPECT_THAT(follower.heard, ElementsAre("TASK_NOT_FOUND"));
  EXPECT_EQ(live_.log_buffers.buffers(), 0u);
}

TEST_F(LogBuffersTest, ALogThatDoesNotFitEndsTheRead) {
  Say("RUNNING", "apply/stdout/" + std::string(9'000'000, 'x') + "\n");
  Observer& follower = Subscribe(true);
  live_.Run(absl::Milliseconds(100));
  live_.upstream.decode_executor.RunAll();
  live_.Run(absl::Milliseconds(100));
  EXPECT_THAT(follower.heard, ElementsAre("LOG_BUFFER_FULL"));
  EXPECT_EQ(live_.log_buffers.bytes(), 0u);
}

TEST_F(LogBuffersTest, MemoryAndPollsGoWithTheLastReader) {
  Say("RUNNING", "apply/stdout/a\n");
  Observer& first = Subscribe(true);
  Observer& second = Subscribe(true);
  live_.Run(absl::Seconds(1));
  EXPECT_GT(live_.log_buffers.bytes(), 0u);
  first.subscription.End();
  EXPECT_EQ(live_.log_buffers.buffers(), 1u);
  second.subscription.End();
  EXPECT_EQ(live_.log_buffers.buffers(), 0u);
  EXPECT_EQ(live_.log_buffers.bytes(), 0u);
  live_.Run(absl::Seconds(30));
  EXPECT_EQ(live_.poller.polls(), 0u);
}

}  // namespace
}  // namespace taskgateway::tasks

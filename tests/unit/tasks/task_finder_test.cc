#include "gateway/tasks/task_finder.h"

#include <optional>
#include <string>

#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::tasks {
namespace {

using support::HttpReply;
using support::TransferFailure;
using testing::HasSubstr;

class TaskFinderTest : public testing::Test {
 protected:
  // Answers each source by name.
  void Script(std::map<std::string, support::FakeHttpClient::ScriptedReply> replies) {
    upstream_.http.SetScript([replies = std::move(replies)](const core::HttpRequest& request) {
      const std::string source = request.host.substr(0, request.host.find('.'));
      const auto found = replies.find(source);
      return found == replies.end() ? std::nullopt : std::optional(found->second);
    });
  }
  void Find(absl::Duration within = absl::InfiniteDuration()) {
    answer_.reset();
    find_ = finder_->Find({.task_id = "t1", .deadline = upstream_.time.loop.Now() + within},
                          [this](absl::StatusOr<SharedReading> answer) { answer_ = std::move(answer); });
  }
  absl::StatusOr<SharedReading> FindAndRun() {
    Find();
    upstream_.time.RunFor(absl::Minutes(5));
    EXPECT_TRUE(answer_.has_value());
    return *answer_;
  }
  std::size_t sent() const { return upstream_.http.sent().size(); }

  static constexpr absl::Duration kNow = absl::ZeroDuration();
  support::FakeUpstream upstream_{{"a", "b", "c"}};
  TaskReader reader_{upstream_.context, upstream_.cache};
  std::unique_ptr<TaskFinder> finder_ = std::make_unique<TaskFinder>(upstream_.context, upstream_.sources, reader_);
  TaskFinder::FindId find_ = 0;
  std::optional<absl::StatusOr<SharedReading>> answer_;
};

TEST_F(TaskFinderTest, TheTaskIsAnsweredUnderItsCanonicalName) {
  Script({{"a", {HttpReply(404), kNow}}, {"b", {HttpReply(200, "RUNNING"), kNow}}, {"c", {HttpReply(404), kNow}}});
  const auto answer = FindAndRun();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->name(), "sources/b/tasks/t1");
}

TEST_F(TaskFinderTest, ItIsNotFoundOnlyWhenEverySourceSaysSo) {
  Script({{"a", {HttpReply(404), kNow}}, {"b", {HttpReply(404), kNow}}, {"c", {HttpReply(404), kNow}}});
  EXPECT_EQ(core::ReasonOf(FindAndRun().status()), "TASK_NOT_FOUND");

  Script({{"a", {HttpReply(404), kNow}}, {"b", {HttpReply(403), kNow}}, {"c", {HttpReply(404), kNow}}});
  const absl::Status status = FindAndRun().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(core::ReasonOf(status), "UPSTREAM_INCOMPLETE");
  EXPECT_THAT(std::string(status.message()), HasSubstr("b"));
}

TEST_F(TaskFinderTest, AHitStandsWhenAnotherSourceCannotAnswer) {
  Script({{"a", {HttpReply(403), kNow}}, {"b", {HttpReply(200, "RUNNING"), kNow}}, {"c", {HttpReply(404), kNow}}});
  EXPECT_TRUE(FindAndRun().ok());
}

TEST_F(TaskFinderTest, TwoHitsAreAmbiguous) {
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}},
          {"b", {HttpReply(404), kNow}},
          {"c", {HttpReply(200, "RUNNING"), absl::Milliseconds(900)}}});
  const absl::Status status = FindAndRun().status();
  EXPECT_EQ(core::ReasonOf(status), "TASK_ID_AMBIGUOUS");
  EXPECT_THAT(std::string(status.message()), HasSubstr("sources/a/tasks/t1"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("sources/c/tasks/t1"));
}

TEST_F(TaskFinderTest, AfterTheFirstHitTheOthersGetOneSecondMore) {
  Script({{"a", {HttpReply(200, "RUNNING"), absl::Milliseconds(100)}}, {"b", {HttpReply(404), kNow}}});
  Find();
  upstream_.time.RunFor(absl::Milliseconds(1099));
  EXPECT_FALSE(answer_.has_value());
  upstream_.time.RunFor(absl::Milliseconds(1));
  ASSERT_TRUE(answer_.has_value());
  EXPECT_TRUE(answer_->ok());
  EXPECT_TRUE(upstream_.http.sent()[2].aborted) << "c is not waited for any longer";
}

TEST_F(TaskFinderTest, AnEndThatOthersWereToldOfMeanwhileIsTheAnswer) {
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}}, {"b", {HttpReply(404), kNow}}});
  Find();
  upstream_.time.RunFor(absl::Milliseconds(500));
  Script({{"a", {HttpReply(200, "SUCCEEDED"), kNow}}});
  reader_.Read({.source = upstream_.sources.Find("a"), .task_id = "t1", .max_staleness = absl::ZeroDuration()},
               [](const auto&) {});
  upstream_.time.RunFor(absl::Seconds(1));
  ASSERT_TRUE(answer_.has_value() && answer_->ok());
  EXPECT_EQ((**answer_)->task().source_status(), "SUCCEEDED");
  EXPECT_TRUE(upstream_.http.sent()[2].aborted) << "c is not waited for any longer";
}

TEST_F(TaskFinderTest, TheOwnerIsRememberedOnlyWhenEverySourceAnswered) {
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}}, {"b", {HttpReply(403), kNow}}, {"c", {HttpReply(404), kNow}}});
  ASSERT_TRUE(FindAndRun().ok());
  EXPECT_EQ(sent(), 3u);
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}}, {"b", {HttpReply(404), kNow}}, {"c", {HttpReply(404), kNow}}});
  ASSERT_TRUE(FindAndRun().ok());
  EXPECT_EQ(sent(), 6u) << "b had not answered: nothing was remembered";
  ASSERT_TRUE(FindAndRun().ok());
  EXPECT_EQ(sent(), 7u) << "only the owner is asked";
  upstream_.time.RunFor(absl::Hours(1));
  ASSERT_TRUE(FindAndRun().ok());
  EXPECT_EQ(sent(), 10u) << "forgotten after an hour";
}

TEST_F(TaskFinderTest, TheOwnersNotFoundDropsItAndEverySourceIsAsked) {
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}}, {"b", {HttpReply(404), kNow}}, {"c", {HttpReply(404), kNow}}});
  ASSERT_TRUE(FindAndRun().ok());
  Script({{"a", {HttpReply(404), kNow}}, {"b", {HttpReply(404), kNow}}, {"c", {HttpReply(200, "RUNNING"), kNow}}});
  const auto answer = FindAndRun();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ((*answer)->name(), "sources/c/tasks/t1");
  EXPECT_EQ(sent(), 3u + 1u + 2u) << "what the owner just said is not asked again";
}

TEST_F(TaskFinderTest, ARememberedOwnerThatCannotAnswerIsUnavailable) {
  Script({{"a", {HttpReply(200, "RUNNING"), kNow}}, {"b", {HttpReply(404), kNow}}, {"c", {HttpReply(404), kNow}}});
  ASSERT_TRUE(FindAndRun().ok());
  Script({{"a", {HttpReply(403), kNow}}});
  const absl::Status status = FindAndRun().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(core::ReasonOf(status), "UPSTREAM_INCOMPLETE");
}

TEST_F(TaskFinderTest, TheCallersDeadlineIsTheCallersAnswer) {
  Script({{"a", {HttpReply(404), kNow}}});
  Find(absl::Seconds(2));
  upstream_.time.RunFor(absl::Seconds(3));
  ASSERT_TRUE(answer_.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer_->status())) << answer_->status();
}

TEST_F(TaskFinderTest, WhoLeavesAbortsEveryTransfer) {
  Find();
  upstream_.time.Settle();
  finder_->Leave(find_);
  for (const auto& sent : upstream_.http.sent()) EXPECT_TRUE(sent.aborted);
  EXPECT_EQ(sent(), 3u);
  EXPECT_EQ(reader_.flights(), 0u);
}

TEST_F(TaskFinderTest, ItsEndDropsWhatIsUnderWay) {
  Find();
  upstream_.time.Settle();
  finder_.reset();
  EXPECT_EQ(reader_.flights(), 0u);
  upstream_.time.RunFor(absl::Minutes(1));
  EXPECT_FALSE(answer_.has_value());
}

TEST(OwnerMemoryTest, ForgetsTheLeastRecentlyUsed) {
  support::FakeUpstream upstream({"a"});
  Source* const owner = upstream.sources.Find("a");
  OwnerMemory memory(2);
  memory.Remember("1", owner, absl::ZeroDuration());
  memory.Remember("2", owner, absl::ZeroDuration());
  EXPECT_EQ(memory.Find("1", absl::Seconds(1)), owner);
  memory.Remember("3", owner, absl::Seconds(2));
  EXPECT_EQ(memory.Find("2", absl::Seconds(3)), nullptr);
  EXPECT_EQ(memory.Find("1", absl::Seconds(3)), owner);
  EXPECT_EQ(memory.Find("3", absl::Seconds(3)), owner);
  EXPECT_EQ(memory.size(), 2u);
}

}  // namespace
}  // namespace taskgateway::tasks

#include "gateway/tasks/task_cache.h"

#include <memory>
#include <string>

#include "adapters/core/status_catalogue.h"
#include "gtest/gtest.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::tasks {
namespace {

constexpr absl::Duration kAny = absl::InfiniteDuration();

class TaskCacheTest : public testing::Test {
 protected:
  static SharedReading Of(v1::Task::State state, bool raw = false, std::size_t text_bytes = 0) {
    DecodedTask decoded;
    decoded.task->set_state(state);
    decoded.task->set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED);
    decoded.task->set_source_status(std::string(text_bytes, 'x'));
    if (raw) decoded.raw.emplace();
    return std::make_shared<const Reading>(*decoded.task, decoded.log, std::move(decoded.raw));
  }
  SharedReading Keep(const std::string& name, SharedReading reading) {
    return cache_->Keep(name, std::move(reading), clock_.Uptime());
  }
  bool Fresh(const std::string& name, absl::Duration max_staleness, bool raw = false) {
    return cache_->Find(name, max_staleness, raw).fresh;
  }
  bool Remembers(const std::string& name) { return !cache_->Find(name, kAny, false).nothing(); }

  support::FakeClock clock_;
  ReadCounters counters_;
  std::unique_ptr<TaskCache> cache_ = std::make_unique<TaskCache>(clock_, std::size_t{64} << 20, counters_);
};

TEST_F(TaskCacheTest, AReadingIsFreshWhileItIsYoungEnoughForTheCaller) {
  const SharedReading reading = Keep("t", Of(v1::Task::RUNNING));
  EXPECT_EQ(cache_->Find("t", kDefaultStaleness, false).reading, reading);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(Fresh("t", kDefaultStaleness));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(Fresh("t", kDefaultStaleness));
  EXPECT_TRUE(Fresh("t", absl::Seconds(2)));
  EXPECT_TRUE(Fresh("t", kAny));
}

TEST_F(TaskCacheTest, AStalenessOfZeroIsNeverServedFromALiveTask) {
  Keep("t", Of(v1::Task::RUNNING));
  EXPECT_FALSE(Fresh("t", absl::ZeroDuration()));
}

TEST_F(TaskCacheTest, ADoneTaskIsAlwaysFresh) {
  Keep("t", Of(v1::Task::SUCCEEDED));
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(Fresh("t", absl::ZeroDuration()));
}

TEST_F(TaskCacheTest, NotFoundIsFreshFor2sUnlessTheStalenessIsZero) {
  cache_->KeepNotFound("t", core::TaskNotFoundAnywhere("t"));
  clock_.Advance(absl::Milliseconds(1999));
  EXPECT_TRUE(absl::IsNotFound(cache_->Find("t", absl::Milliseconds(1), false).not_found));
  EXPECT_TRUE(Fresh("t", absl::Milliseconds(1)));
  EXPECT_FALSE(Fresh("t", absl::ZeroDuration()));
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(Fresh("t", kAny));
}

TEST_F(TaskCacheTest, ARawReadNeedsAReadingWithTheUpstreamsJson) {
  Keep("t", Of(v1::Task::SUCCEEDED));
  EXPECT_FALSE(Fresh("t", kAny, true));
  Keep("t", Of(v1::Task::SUCCEEDED, true));
  EXPECT_TRUE(Fresh("t", kAny, true));
}

TEST_F(TaskCacheTest, ALiveTaskStaysUntilItIsUnreadFor10Minutes) {
  Keep("t", Of(v1::Task::RUNNING));
  clock_.Advance(absl::Minutes(9));
  EXPECT_TRUE(Remembers("t"));
  clock_.Advance(absl::Minutes(9));
  EXPECT_TRUE(Remembers("t")) << "it was read 9 minutes ago";
  clock_.Advance(absl::Minutes(10));
  EXPECT_FALSE(Remembers("t"));
}

TEST_F(TaskCacheTest, ADoneTaskStaysFor1HourEvenWhenItIsRead) {
  Keep("t", Of(v1::Task::FAILED));
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(Remembers("t"));
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(Remembers("t"));
}

TEST_F(TaskCacheTest, WhatIsTooOldIsLetGoWithoutBeingAskedFor) {
  for (int i = 0; i < 100; ++i) Keep("live" + std::to_string(i), Of(v1::Task::RUNNING));
  for (int i = 0; i < 100; ++i) Keep("done" + std::to_string(i), Of(v1::Task::SUCCEEDED));
  EXPECT_GT(cache_->bytes(), 0u);
  clock_.Advance(absl::Hours(1));
  cache_->Sweep();
  EXPECT_EQ(cache_->bytes(), 0u);
}

TEST_F(TaskCacheTest, TerminalIsFinalAndARegressionIsCountedAndNotShown) {
  const SharedReading done = Keep("t", Of(v1::Task::SUCCEEDED));
  EXPECT_EQ(Keep("t", Of(v1::Task::RUNNING)), done);
  EXPECT_EQ(Keep("t", Of(v1::Task::FAILED)), done);
  cache_->KeepNotFound("t", core::TaskNotFoundAnywhere("t"));
  EXPECT_EQ(cache_->Find("t", kAny, false).reading, done);
  EXPECT_EQ(counters_.regressions.Value(), 2u);
}

TEST_F(TaskCacheTest, ADoneTaskMayBeReadAgain) {
  Keep("t", Of(v1::Task::SUCCEEDED));
  const SharedReading again = Of(v1::Task::SUCCEEDED, true);
  EXPECT_EQ(Keep("t", again), again);
  EXPECT_EQ(counters_.regressions.Value(), 0u);
}

TEST_F(TaskCacheTest, DropForgetsALiveTaskButNotADoneOne) {
  Keep("live", Of(v1::Task::RUNNING));
  Keep("done", Of(v1::Task::SUCCEEDED));
  cache_->Drop("live");
  cache_->Drop("done");
  EXPECT_FALSE(Remembers("live"));
  EXPECT_TRUE(Remembers("done"));
}

TEST_F(TaskCacheTest, ItStaysWithinItsBytesAndWhatWasReadLastStays) {
  constexpr std::size_t kLimit = std::size_t{16} << 20;
  cache_ = std::make_unique<TaskCache>(clock_, kLimit, counters_);
  Keep("hot", Of(v1::Task::RUNNING));
  for (int i = 0; i < 10'000; ++i) {
    clock_.Advance(absl::Milliseconds(1));
    Keep("t" + std::to_string(i), Of(v1::Task::RUNNING, false, 4096));
    EXPECT_TRUE(Remembers("hot"));
  }
  EXPECT_LE(cache_->bytes(), kLimit);
  EXPECT_GT(cache_->bytes(), kLimit / 2);
  EXPECT_FALSE(Remembers("t0"));
  EXPECT_TRUE(Remembers("t9999"));
  EXPECT_GT(counters_.evictions.Value(), 0u);
}

// The limit is worth what the count is worth: the task, its log, and the replies that may be made of them.
TEST_F(TaskCacheTest, TheCountCoversTheTaskAndTheRepliesThatWillBeMadeOfIt) {
  Keep("t", Of(v1::Task::RUNNING, false, 100'000));
  EXPECT_GE(cache_->bytes(), 100'000u) << "the task, which is its own reply";
  EXPECT_LE(cache_->bytes(), 102'000u);
  DecodedTask decoded;
  decoded.log.reply = std::string(50'000, 'x');
  decoded.log.entries.push_back({.command = "apply", .stream = "stdout", .content = decoded.log.reply});
  Keep("with log", std::make_shared<const Reading>(*decoded.task, decoded.log, std::nullopt));
  EXPECT_GE(cache_->bytes(), 200'000u) << "the end of its log, and the FULL reply";
  EXPECT_LE(cache_->bytes(), 205'000u);
}

}  // namespace
}  // namespace taskgateway::tasks

#include "gateway/tasks/log_cursor.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/log_token.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/logs.h"

namespace taskgateway::tasks {
namespace {

using support::LogOf;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kPlenty = 1'000'000;

// `entry:offset:content` of every chunk from the cursor on.
std::vector<std::string> ChunksOf(LogCursor& cursor, const TaskLog& log, const LogFilter& filter = {}) {
  std::vector<std::string> chunks;
  while (const std::optional<LogChunk> chunk = cursor.Next(log, filter, kPlenty)) {
    chunks.push_back(absl::StrCat(chunk->begin.entry, ":", chunk->begin.offset, ":", std::string(chunk->content)));
  }
  return chunks;
}

// The digest of all in front of a place.
std::string DigestAt(const TaskLog& log, const LogPoint& point) {
  LogCursor cursor;
  EXPECT_TRUE(cursor.Walk(log, point, kPlenty));
  return cursor.Digest();
}

TEST(FirstDifferenceTest, IsNoneWhenTheLogOnlyGrew) {
  EXPECT_EQ(FirstDifference(*LogOf({}), *LogOf({{"stdout", "a"}})), kNoPoint);
  EXPECT_EQ(FirstDifference(*LogOf({{"stdout", "a"}}), *LogOf({{"stdout", "a"}})), kNoPoint);
  EXPECT_EQ(FirstDifference(*LogOf({{"stdout", "a"}}), *LogOf({{"stdout", "ab"}})), kNoPoint);
  EXPECT_EQ(FirstDifference(*LogOf({{"stdout", "a"}}), *LogOf({{"stdout", "ab"}, {"stderr", "c"}})), kNoPoint);
}

TEST(FirstDifferenceTest, IsWhereTextChanges) {
  const SharedLog log = LogOf({{"stdout", "abc"}, {"stderr", "def"}});
  EXPECT_EQ(FirstDifference(*log, *LogOf({{"stdout", "abx"}, {"stderr", "def"}})), (LogPoint{0, 2}));
  EXPECT_EQ(FirstDifference(*log, *LogOf({{"stdout", "abc"}, {"stderr", "d"}})), (LogPoint{1, 1}));
  EXPECT_EQ(FirstDifference(*log, *LogOf({{"stdout", "abc"}, {"stdout", "def"}})), (LogPoint{1, 0}));
  EXPECT_EQ(FirstDifference(*log, *LogOf({{"stdout", "abc"}})), (LogPoint{0, 3})) << "it may grow from there";
  EXPECT_EQ(FirstDifference(*log, *LogOf({})), (LogPoint{0, 0}));
  // An entry that grows behind what followed it changes what was sent.
  EXPECT_EQ(FirstDifference(*log, *LogOf({{"stdout", "abcd"}, {"stderr", "def"}})), (LogPoint{0, 3}));
}

TEST(LogCursorTest, GivesTheLogInOrderAndGoesOnWhereItGrows) {
  LogCursor cursor;
  EXPECT_THAT(ChunksOf(cursor, *LogOf({{"stdout", "ab"}, {"stderr", ""}})), ElementsAre("0:0:ab"));
  EXPECT_THAT(ChunksOf(cursor, *LogOf({{"stdout", "ab"}, {"stderr", "c"}})), ElementsAre("1:0:c"));
  const SharedLog grown = LogOf({{"stdout", "ab"}, {"stderr", "cd"}, {"stdout", "e"}});
  EXPECT_THAT(ChunksOf(cursor, *grown), ElementsAre("1:1:d", "2:0:e"));
  EXPECT_THAT(ChunksOf(cursor, *grown), IsEmpty());
  EXPECT_EQ(cursor.point(), EndOf(*grown));
}

TEST(LogCursorTest, ChunksAreAtMost64KiBAndEndAtCharacters) {
  std::string text = "x";
  while (text.size() < 200'000) text += "错";
  const SharedLog log = LogOf({{"stdout", text}});
  LogCursor cursor;
  std::string joined;
  while (const auto chunk = cursor.Next(*log, {}, kPlenty)) {
    EXPECT_LE(chunk->content.size(), kMaxChunkBytes);
    EXPECT_EQ((joined.size() + chunk->content.size() - 1) % 3, 0u) << "cut inside a character";
    joined += chunk->content;
  }
  EXPECT_EQ(joined, text);
}

TEST(LogCursorTest, AFilterLeavesOutWhatIsNotWanted) {
  const SharedLog log = LogOf({{"stdout", "a"}, {"stderr", "b"}, {"stdout", "c"}});
  LogCursor errors;
  EXPECT_THAT(ChunksOf(errors, *log, {.command = "", .stream = "stderr"}), ElementsAre("1:0:b"));
  EXPECT_EQ(errors.point(), EndOf(*log));
  LogCursor plans;
  EXPECT_THAT(ChunksOf(plans, *log, {.command = "plan", .stream = ""}), IsEmpty());
  LogCursor all;
  ChunksOf(all, *log);
  EXPECT_EQ(errors.Digest(), all.Digest()) << "the digest does not depend on the filter";
}

TEST(LogCursorTest, TheDigestDependsOnThePlaceAloneNotOnTheSteps) {
  const SharedLog log = LogOf({{"stdout", "abcdef"}, {"stderr", ""}, {"stdout", "ghi"}});
  const LogPoint place{2, 2};
  LogCursor cursor;
  int steps = 0;
  while (!cursor.Walk(*log, place, 1)) ++steps;
  EXPECT_GT(steps, 4);
  EXPECT_EQ(cursor.point(), place);
  EXPECT_EQ(cursor.Digest(), DigestAt(*log, place));
}

TEST(LogCursorTest, DifferentLogsHaveDifferentDigests) {
  const std::vector<SharedLog> logs = {
      LogOf({{"stdout", "ab"}, {"stdout", "x"}}), LogOf({{"stdout", "a"}, {"stdout", "x"}}),
      LogOf({{"stderr", "ab"}, {"stdout", "x"}}), LogOf({{"stdout", "ac"}, {"stdout", "x"}}),
      LogOf({{"std", "outab"}, {"stdout", "x"}})};
  std::set<std::string> digests;
  for (const SharedLog& log : logs) digests.insert(DigestAt(*log, {1, 1}));
  EXPECT_EQ(digests.size(), logs.size());
}

TEST(TailBeginTest, CountsWantedContentFromTheEnd) {
  const SharedLog log = LogOf({{"stdout", "abc"}, {"stderr", "def"}, {"stdout", "ghi"}});
  EXPECT_EQ(TailBegin(*log, {}, 2), (LogPoint{2, 1}));
  EXPECT_EQ(TailBegin(*log, {}, 5), (LogPoint{1, 1}));
  EXPECT_EQ(TailBegin(*log, {}, 100), LogPoint());
  EXPECT_EQ(TailBegin(*log, {.command = "", .stream = "stdout"}, 4), (LogPoint{0, 2}));
  EXPECT_EQ(TailBegin(*LogOf({{"stdout", "ää"}}), {}, 3), (LogPoint{0, 2})) << "at a character";
}

TEST(LogTokenTest, SaysWhereToGoOnAndNothingElseReadsAsOne) {
  const LogResumePoint point{.name = "sources/s/tasks/t", .point = {3, 70'000}, .digest = std::string(32, 'a')};
  const std::string token = ToLogToken(point);
  EXPECT_EQ(FromLogToken(token), point);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    const std::optional<LogResumePoint> read = FromLogToken(other);
    EXPECT_TRUE(!read || !(*read == point)) << i;
  }
  for (const std::string& bad : {std::string("x"), token + "A", token.substr(1), std::string(600, 'A')}) {
    EXPECT_FALSE(FromLogToken(bad)) << bad;
  }
}

}  // namespace
}  // namespace taskgateway::tasks

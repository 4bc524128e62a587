#include "gateway/base/log.h"

#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "adapters/core/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMillis(1'795'342'500'007) + uptime; }
  absl::Duration Uptime() const override { return uptime; }

  absl::Duration uptime;
};

class FakeSink final : public LogSink {
 public:
  bool Write(std::string_view line) override {
    if (!full) lines.emplace_back(line);
    return !full;
  }

  std::vector<std::string> lines;
  bool full = false;
};

class LogTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  FakeSink sink_;
  Log log_{clock_, sink_};
};

// What a line has after its first three fields.
std::string Fields(const std::string& line) {
  const std::string event = R"("event":"e",)";
  const std::size_t begin = line.find(event) + event.size();
  return line.substr(begin, line.size() - begin - 2);
}

TEST_F(LogTest, ALineIsOneJsonObjectWithTimeSeverityEventAndThenItsFieldsInOrder) {
  log_.Warning("task_read").Add("source", "sc").Add("attempts", 2);
  EXPECT_THAT(sink_.lines, ElementsAre(R"({"time":"2026-11-22T10:15:00.007Z","severity":"warning",)"
                                       R"("event":"task_read","source":"sc","attempts":2})"
                                       "\n"));
}

TEST_F(LogTest, TheLineBehindLostOnesTellsHowMany) {
  sink_.full = true;
  log_.Info("e").Add("n", 1);
  log_.Info("e").Add("n", 2);
  sink_.full = false;
  log_.Info("e").Add("n", 3);
  log_.Info("e").Add("n", 4);
  ASSERT_EQ(sink_.lines.size(), 2u);
  EXPECT_EQ(Fields(sink_.lines[0]), R"("n":3,"lost":2)");
  EXPECT_EQ(Fields(sink_.lines[1]), R"("n":4)");
}

TEST_F(LogTest, EachTypeHasItsForm) {
  const struct {
    std::function<void(LogLine)> add;
    std::string expected;
  } kCases[] = {
      {[](LogLine line) { line.Add("k", true); }, R"("k":true)"},
      {[](LogLine line) { line.Add("k", std::int64_t{-9'000'000'000}); }, R"("k":-9000000000)"},
      {[](LogLine line) { line.Add("k", std::numeric_limits<std::uint64_t>::max()); }, R"("k":18446744073709551615)"},
      {[](LogLine line) { line.Add("k", 0.25); }, R"("k":0.25)"},
      {[](LogLine line) { line.Add("k", std::numeric_limits<double>::infinity()); }, R"("k":null)"},
      {[](LogLine line) { line.Add("k", std::string("v")); }, R"("k":"v")"},
      {[](LogLine line) { line.Add("k", absl::Microseconds(1500)); }, R"("k_ms":1.5)"},
      {[](LogLine line) { line.Add("k", absl::UnixEpoch()); }, R"("k":"1970-01-01T00:00:00.000Z")"},
      {[](LogLine line) { line.Add("k", absl::OkStatus()); }, R"("k":"OK")"},
      {[](LogLine line) { line.Add("k", absl::NotFoundError("gone")); }, R"("k":"NOT_FOUND","k_message":"gone")"},
  };
  for (const auto& test : kCases) {
    test.add(log_.Info("e"));
    EXPECT_EQ(Fields(sink_.lines.back()), test.expected);
  }
}

TEST_F(LogTest, TextIsEscapedSoThatNoValueCanForgeALineOrAField) {
  log_.Info("e").Add("k", std::string("a\"b\\c\nd\r\t\x01\x7f\0e", 13));
  EXPECT_EQ(Fields(sink_.lines.back()), R"("k":"a\"b\\c\nd\u000d\u0009\u0001\u007f\u0000e")");
}

TEST_F(LogTest, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  log_.Info("e").Add("k", "a\xff\xc3(");
  EXPECT_EQ(Fields(sink_.lines.back()), "\"k\":\"a\ufffd\ufffd(\"");
}

TEST_F(LogTest, AValueIsCutAt512BytesAtACharactersBorder) {
  log_.Info("e").Add("k", std::string(512, 'x'));
  EXPECT_EQ(Fields(sink_.lines.back()), "\"k\":\"" + std::string(512, 'x') + "\"");
  log_.Info("e").Add("k", std::string(513, 'x'));
  EXPECT_EQ(Fields(sink_.lines.back()), "\"k\":\"" + std::string(509, 'x') + "\u2026\"");
  log_.Info("e").Add("k", std::string(508, 'x') + "\u00e9\u00e9\u00e9");
  EXPECT_EQ(Fields(sink_.lines.back()), "\"k\":\"" + std::string(508, 'x') + "\u2026\"");
}

TEST_F(LogTest, LinesBelowTheLevelAreNotWrittenAndTheLevelChangesAtRunTime) {
  log_.Debug("e");
  EXPECT_THAT(sink_.lines, SizeIs(0));
  log_.SetLevel(Severity::kDebug);
  log_.Debug("e");
  EXPECT_THAT(sink_.lines, SizeIs(1));
  log_.SetLevel(Severity::kError);
  log_.Warning("e").Add("k", 1);
  EXPECT_THAT(sink_.lines, SizeIs(1));
  log_.Error("e");
  EXPECT_THAT(sink_.lines, SizeIs(2));
}

TEST_F(LogTest, AStormOfOneEventIsCutAndTheNextLineSaysHowManyAreMissing) {
  Log log(clock_, sink_, {.lines_per_second = 2, .burst = 3});
  for (int i = 0; i < 10; ++i) log.Info("storm").Add("i", i);
  EXPECT_THAT(sink_.lines, SizeIs(3));
  log.Info("calm");
  EXPECT_THAT(sink_.lines, SizeIs(4));
  clock_.uptime += absl::Milliseconds(500);
  log.Info("storm").Add("i", 10);
  log.Info("storm").Add("i", 11);
  ASSERT_THAT(sink_.lines, SizeIs(5));
  EXPECT_THAT(sink_.lines[4], HasSubstr(R"("event":"storm","suppressed":7,"i":10)"));
  clock_.uptime += absl::Seconds(100);
  log.Info("storm").Add("i", 12);
  EXPECT_THAT(sink_.lines[5], HasSubstr(R"("event":"storm","suppressed":1,"i":12)"));
  for (int i = 0; i < 10; ++i) log.Info("storm").Add("i", i);
  EXPECT_THAT(sink_.lines, SizeIs(8)) << "the bucket holds no more than its burst";
  EXPECT_THAT(sink_.lines[6], Not(HasSubstr("suppressed")));
}

TEST_F(LogTest, AFrequentEventIsCutTheSameAndCountsWhatItDroppedByItself) {
  Log log(clock_, sink_, {.lines_per_second = 10, .burst = 2});
  FrequentLogEvent event("e");
  const auto call = [&] { return log.Line(Severity::kInfo, event, clock_.uptime).wanted(); };
  EXPECT_TRUE(call());
  EXPECT_TRUE(call());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(call());
  clock_.uptime += absl::Milliseconds(99);
  EXPECT_FALSE(call());
  clock_.uptime += absl::Milliseconds(1);
  EXPECT_TRUE(call());
  ASSERT_EQ(sink_.lines.size(), 3u);
  EXPECT_THAT(sink_.lines[2], testing::HasSubstr("\"suppressed\":6}"));
  clock_.uptime += absl::Seconds(1);
  EXPECT_TRUE(call());
  EXPECT_THAT(sink_.lines[3], testing::Not(testing::HasSubstr("suppressed")));
  log.SetLevel(Severity::kWarning);
  EXPECT_FALSE(call());
}

TEST_F(LogTest, LinesOfManyThreadsAreNeverMixed) {
  Log log(clock_, sink_, {.lines_per_second = 0, .burst = 1000});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 100; ++i) log.Info("e").Add("thread", t).Add("text", std::string(100, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(sink_.lines, SizeIs(400));
  for (const std::string& line : sink_.lines) {
    EXPECT_THAT(line, StartsWith("{\"time\""));
    EXPECT_THAT(line, EndsWith("x\"}\n"));
  }
}

template <typename T>
concept Addable = requires(LogLine& line, const T& value) {
  line.Add("k", value);
};

TEST(LogLineTest, WhatHasNoFormOfItsOwnDoesNotCompileSecretsAndPointersAboveAll) {
  static_assert(Addable<std::string> && Addable<int> && Addable<absl::Duration>);
  static_assert(!Addable<core::Secret>);
  static_assert(!Addable<core::Credentials>);
  static_assert(!Addable<void*>);
}

TEST(SeverityTest, WordsAreThoseOfTheConfiguration) {
  for (const Severity severity : {Severity::kDebug, Severity::kInfo, Severity::kWarning, Severity::kError}) {
    EXPECT_EQ(ParseSeverity(SeverityWord(severity)), severity);
  }
  EXPECT_EQ(SeverityWord(Severity::kWarning), "warning");
  EXPECT_EQ(ParseSeverity("verbose"), std::nullopt);
}

}  // namespace
}  // namespace taskgateway::base

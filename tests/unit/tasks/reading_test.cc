#include "gateway/tasks/reading.h"

#include <string>
#include <utility>
#include <vector>

#include "gateway/tasks/log_tail.h"
#include "gateway/tasks/poll_interval.h"
#include "gateway/tasks/reply_size.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::tasks {
namespace {

// A decoded task with a log of `contents`.
DecodedTask WithLog(const std::vector<std::string>& contents) {
  DecodedTask decoded;
  decoded.task->set_name("sources/s/tasks/t");
  for (const std::string& content : contents) decoded.log.reply += content;
  std::string_view rest = decoded.log.reply;
  for (const std::string& content : contents) {
    decoded.log.entries.push_back({.command = "apply", .stream = "stdout", .content = rest.substr(0, content.size())});
    rest.remove_prefix(content.size());
  }
  return decoded;
}

v1::Task WithLogs(const std::vector<std::string>& contents) {
  DecodedTask decoded = WithLog(contents);
  *decoded.task->mutable_logs() = TailOf(decoded.log, 1'000'000);
  return *decoded.task;
}

Reading Of(DecodedTask decoded) { return {*decoded.task, decoded.log, std::move(decoded.raw)}; }

v1::Task Answered(const Reading& reading, v1::TaskView view) {
  v1::Task task;
  EXPECT_TRUE(task.ParseFromString(reading.Serialized(view)));
  return task;
}

TEST(ReadingTest, BasicHasNoLogsFullHasThemRawHasTheUpstreamsJsonToo) {
  google::protobuf::Struct raw;
  (*raw.mutable_fields())["k"].set_string_value("v");
  DecodedTask decoded = WithLog({"hello, the log is here"});
  decoded.raw = raw;
  const Reading reading = Of(std::move(decoded));
  EXPECT_EQ(Answered(reading, v1::TASK_VIEW_UNSPECIFIED).logs_size(), 0);
  EXPECT_EQ(Answered(reading, v1::TASK_VIEW_BASIC).logs_size(), 0);
  EXPECT_EQ(Answered(reading, v1::TASK_VIEW_FULL).logs_size(), 1);
  EXPECT_FALSE(Answered(reading, v1::TASK_VIEW_FULL).has_raw());
  EXPECT_EQ(Answered(reading, v1::TASK_VIEW_RAW).logs(0).content(), "hello, the log is here");
  EXPECT_EQ(Answered(reading, v1::TASK_VIEW_RAW).raw().fields().at("k").string_value(), "v");
}

TEST(ReadingTest, KeepsWhatTheGatewayGoesBy) {
  v1::Task task;
  task.set_name("sources/s/tasks/t");
  task.set_source("s");
  task.set_etag("1-0");
  task.set_state(v1::Task::FAILED);
  task.set_done(true);
  task.mutable_create_time()->set_seconds(7);
  task.mutable_read_time()->set_seconds(8);
  task.add_outputs()->set_value(std::string(kMaxReplyBytes, 'o'));
  const Reading reading(task, TaskLog(), std::nullopt);
  EXPECT_EQ(reading.name(), "sources/s/tasks/t");
  EXPECT_EQ(reading.source(), "s");
  EXPECT_EQ(reading.etag(), "1-0");
  EXPECT_EQ(reading.state(), v1::Task::FAILED);
  EXPECT_TRUE(reading.done());
  EXPECT_EQ(reading.create_time(), absl::FromUnixSeconds(7));
  EXPECT_EQ(reading.read_time(), absl::FromUnixSeconds(8));
  EXPECT_LE(reading.Serialized(v1::TASK_VIEW_BASIC).size(), kMaxReplyBytes) << "what callers are sent is cut";
  EXPECT_EQ(reading.task().SerializeAsString(), reading.Serialized(v1::TASK_VIEW_BASIC));
  EXPECT_EQ(reading.task().etag(), "1-0");
  EXPECT_TRUE(reading.task().outputs(0).truncated());
}

// A reply is the task and what goes beside it, one behind the other, while that fits.
TEST(ReadingTest, FullIsCutFromTheFirstByteThatIsTooMuch) {
  DecodedTask decoded = WithLog({"hello, the log is here"});
  const std::size_t beside = WithLogs({"hello, the log is here"}).ByteSizeLong() - decoded.task->ByteSizeLong();
  decoded.task->mutable_service_catalog()->set_status_message("x");
  const std::size_t rest = decoded.task->ByteSizeLong() + beside + 8;  // 8: longer lengths
  int cut = 0;
  for (std::size_t more = 0; more < 16; ++more) {
    decoded.task->mutable_service_catalog()->set_status_message(std::string(kMaxReplyBytes - rest + more, 'x'));
    const std::size_t whole = decoded.task->ByteSizeLong() + beside;
    const Reading reading(*decoded.task, decoded.log, std::nullopt);
    const std::string& full = reading.Serialized(v1::TASK_VIEW_FULL);
    EXPECT_LE(full.size(), kMaxReplyBytes);
    const v1::Task answered = Answered(reading, v1::TASK_VIEW_FULL);
    EXPECT_EQ(answered.warnings_size() == 0, whole <= kMaxReplyBytes) << whole;
    cut += answered.warnings_size() > 0 ? 1 : 0;
    if (whole <= kMaxReplyBytes) {
      EXPECT_EQ(full.size(), whole);
      EXPECT_EQ(full.capacity(), whole) << "no room that nobody counts";
      EXPECT_EQ(answered.logs(0).content(), "hello, the log is here");
    }
  }
  EXPECT_GT(cut, 0);
  EXPECT_LT(cut, 16);
}

TEST(ReadingTest, AViewIsSerializedOnce) {
  const Reading reading = Of(WithLog({"hello, the log is here"}));
  EXPECT_EQ(reading.Serialized(v1::TASK_VIEW_FULL).data(), reading.Serialized(v1::TASK_VIEW_FULL).data());
  EXPECT_EQ(reading.Serialized(v1::TASK_VIEW_RAW).data(), reading.Serialized(v1::TASK_VIEW_FULL).data());
}

TEST(LogTailTest, KeepsTheEndAndCutsAtACharacter) {
  // Each "ä" is two bytes: a cut at 5 bytes from the end falls inside one.
  v1::Task task = WithLogs({"gone", "ääää"});
  CutToTail(5, task.mutable_logs());
  ASSERT_EQ(task.logs_size(), 1);
  EXPECT_EQ(task.logs(0).content(), "ää");
  EXPECT_EQ(task.logs(0).offset(), 4);
  EXPECT_EQ(task.logs(0).index(), 1);
  EXPECT_TRUE(task.logs(0).truncated());
}

TEST(LogTailTest, ALongEntryIsCutOnceAndInTheRightPlace) {
  const DecodedTask decoded = WithLog({"gone", "ääää", "öö"});
  const auto tail = TailOf(decoded.log, 7);
  ASSERT_EQ(tail.size(), 2);
  EXPECT_EQ(tail[0].index(), 1);
  EXPECT_EQ(tail[0].content(), "ä");
  EXPECT_EQ(tail[0].offset(), 6);
  EXPECT_TRUE(tail[0].truncated());
  EXPECT_EQ(tail[0].command(), "apply");
  EXPECT_EQ(tail[1].content(), "öö");
  EXPECT_FALSE(tail[1].truncated());
  const auto last = TailOf(WithLog({"gone", "ääää"}).log, 3);
  ASSERT_EQ(last.size(), 1);
  EXPECT_EQ(last[0].content(), "ä");
  EXPECT_EQ(last[0].offset(), 6);
  EXPECT_EQ(TailOf(WithLog({"some text before", "\u20ac"}).log, 2).size(), 0);
}

TEST(LogTailTest, WhatFitsStaysWhole) {
  v1::Task task = WithLogs({"abc", "def"});
  CutToTail(6, task.mutable_logs());
  EXPECT_EQ(task.logs_size(), 2);
  EXPECT_FALSE(task.logs(0).truncated());
}

TEST(LogTailTest, AnEntryThatEndsAtTheLimitIsNotCut) {
  v1::Task task = WithLogs({"abc", "def"});
  CutToTail(3, task.mutable_logs());
  ASSERT_EQ(task.logs_size(), 1);
  EXPECT_EQ(task.logs(0).content(), "def");
  EXPECT_FALSE(task.logs(0).truncated());
}

TEST(LogTailTest, FullCarriesAtMost256KiBOfTheEnd) {
  const Reading reading = Of(WithLog({std::string(300'000, 'a'), std::string(100'000, 'b')}));
  const v1::Task task = Answered(reading, v1::TASK_VIEW_FULL);
  ASSERT_EQ(task.logs_size(), 2);
  EXPECT_EQ(task.logs(0).content().size() + task.logs(1).content().size(), kLogTailBytes);
  EXPECT_EQ(task.logs(0).offset(), 300'000 - static_cast<std::int64_t>(task.logs(0).content().size()));
}

TEST(LogTailTest, EmptyEntriesCountToo) {
  DecodedTask decoded;
  decoded.log.entries.resize(900'000);
  const Reading reading = Of(std::move(decoded));
  const v1::Task answered = Answered(reading, v1::TASK_VIEW_FULL);
  EXPECT_EQ(answered.logs_size(), kMaxTailEntries);
  EXPECT_EQ(answered.logs(0).index(), 900'000 - kMaxTailEntries);
}

bool HasTruncatedWarning(const v1::Task& task, std::string_view field) {
  for (const v1::TaskWarning& warning : task.warnings()) {
    if (warning.kind() == v1::TaskWarning::TRUNCATED && warning.field() == field) return true;
  }
  return false;
}

TEST(ReplySizeTest, ATaskThatFitsIsLeftAlone) {
  v1::Task task = WithLogs({"hello"});
  const std::string before = task.SerializeAsString();
  FitReply(kMaxReplyBytes, &task);
  EXPECT_EQ(task.SerializeAsString(), before);
}

TEST(ReplySizeTest, RawAndLogsGoFirstThenOutputsThenParameters) {
  v1::Task task = WithLogs({std::string(100'000, 'l')});
  task.add_outputs()->set_value(std::string(100'000, 'o'));
  task.add_parameters()->set_value(std::string(100'000, 'p'));
  (*task.mutable_raw()->mutable_fields())["k"].set_string_value(std::string(100'000, 'r'));

  v1::Task without_raw = task;
  FitReply(310'000, &without_raw);
  EXPECT_FALSE(without_raw.has_raw());
  EXPECT_TRUE(HasTruncatedWarning(without_raw, "raw"));
  EXPECT_FALSE(HasTruncatedWarning(without_raw, "logs"));

  v1::Task cut_logs = task;
  FitReply(250'000, &cut_logs);
  EXPECT_LE(cut_logs.ByteSizeLong(), 250'000u);
  EXPECT_TRUE(HasTruncatedWarning(cut_logs, "logs"));
  EXPECT_TRUE(cut_logs.logs(0).truncated());
  EXPECT_FALSE(cut_logs.outputs(0).truncated());

  v1::Task cut_outputs = task;
  FitReply(150'000, &cut_outputs);
  EXPECT_LE(cut_outputs.ByteSizeLong(), 150'000u);
  EXPECT_TRUE(cut_outputs.outputs(0).truncated());
  EXPECT_TRUE(HasTruncatedWarning(cut_outputs, "outputs"));
  EXPECT_FALSE(cut_outputs.parameters(0).truncated());

  v1::Task cut_parameters = task;
  FitReply(80'000, &cut_parameters);
  EXPECT_LE(cut_parameters.ByteSizeLong(), 80'000u);
  EXPECT_TRUE(cut_parameters.parameters(0).truncated());
}

TEST(ReplySizeTest, ATaskThatIsCutTwiceSaysSoOnce) {
  v1::Task task;
  for (int i = 0; i < 4; ++i) task.add_outputs()->set_value(std::string(100'000, 'o'));
  FitReply(350'000, &task);
  FitReply(150'000, &task);
  EXPECT_EQ(task.warnings_size(), 1);
}

TEST(ReplySizeTest, NothingAnUpstreamSendsGetsAbove) {
  v1::Task task;
  task.set_name("sources/s/tasks/t");
  task.set_etag("1-0");
  const std::string chinese = [] {
    std::string text;
    for (int i = 0; i < 2'000'000; ++i) text += "错";
    return text;
  }();
  task.set_source_status(chinese);
  task.mutable_error()->set_message(chinese);
  task.mutable_service_catalog()->set_status_message(chinese);
  for (int i = 0; i < 200'000; ++i) {
    task.add_parameters()->set_key("key of some length, " + std::to_string(i));
    task.add_outputs()->set_description("description of some length, " + std::to_string(i));
    task.add_tags()->set_key("tag");
    task.add_logs()->set_command("a command of some length, which is content to nobody");
  }
  for (const std::size_t limit : {kMaxReplyBytes, std::size_t{64} << 10}) {
    v1::Task cut = task;
    FitReply(limit, &cut);
    EXPECT_LE(cut.ByteSizeLong(), limit);
    EXPECT_EQ(cut.name(), task.name());
    EXPECT_EQ(cut.error().message().size() % 3, 0u) << "cut at a character";
    EXPECT_TRUE(HasTruncatedWarning(cut, ""));
  }
}

TEST(PollIntervalTest, IsAnEighthOfTheAgeWithinItsBounds) {
  struct Row {
    v1::Task::State state;
    absl::Duration age, least, interval;
  };
  const Row rows[] = {
      {v1::Task::RUNNING, absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(1)},
      {v1::Task::RUNNING, absl::Seconds(-50), absl::Seconds(3), absl::Seconds(3)},
      {v1::Task::RUNNING, absl::Seconds(80), absl::Seconds(1), absl::Seconds(10)},
      {v1::Task::PENDING, absl::Seconds(16), absl::Seconds(3), absl::Seconds(3)},
      {v1::Task::CANCELLING, absl::Hours(2), absl::Seconds(1), absl::Seconds(20)},
      {v1::Task::UNKNOWN, absl::Hours(2), absl::Seconds(1), absl::Seconds(60)},
      {v1::Task::UNKNOWN, absl::Seconds(240), absl::Seconds(1), absl::Seconds(30)},
  };
  for (const Row& row : rows) EXPECT_EQ(PollInterval(row.state, row.age, row.least), row.interval) << row.age;
}

}  // namespace
}  // namespace taskgateway::tasks

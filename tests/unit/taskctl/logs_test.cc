// taskctl logs against a gateway that sends from a script.
#include <atomic>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/fake_task_service.h"
#include "tools/taskctl/run.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;

class LogsTest : public ::testing::Test {
 protected:
  static v1::ReadTaskLogsResponse Chunk(int entry, const std::string& content) {
    v1::ReadTaskLogsResponse chunk;
    chunk.set_entry_index(entry);
    chunk.set_content(content);
    chunk.set_resume_token("behind " + content);
    return chunk;
  }

  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", gateway_.address()});
    return taskctl::Run(arguments, {out_, err_, [](const std::string&) { return std::nullopt; },
                                    [] { return absl::FromUnixSeconds(1'767'225'600); }, surface_,
                                    [this] { return [this] { return interrupted_.load(); }; }});
  }

  FakeTaskService gateway_;
  Surface surface_;
  std::atomic<bool> interrupted_ = false;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(LogsTest, PrintsWhatComesAsItIsAndEndsEachEntryOnALineOfItsOwn) {
  gateway_.log_answers = {
      {.chunks = {Chunk(0, "one\ntw"), Chunk(0, "o"), Chunk(1, "\x1b[32mgreen\x1b[0m\n"), Chunk(2, "end")},
       .status = {}}};
  EXPECT_EQ(Run({"logs", "sc/t", "--stream", "stdout", "--command", "apply", "--tail", "64KiB"}), 0);
  EXPECT_EQ(out_.str(), "one\ntwo\n\x1b[32mgreen\x1b[0m\nend");
  const v1::ReadTaskLogsRequest request = gateway_.log_reads().front();
  EXPECT_EQ(request.name(), "sources/sc/tasks/t");
  EXPECT_FALSE(request.follow());
  EXPECT_EQ(request.stream(), "stdout");
  EXPECT_EQ(request.command(), "apply");
  EXPECT_EQ(request.tail_bytes(), 65536);
}

TEST_F(LogsTest, ATerminalGetsWholeLinesWithoutWhatCouldHarmIt) {
  surface_.live = true;
  gateway_.log_answers = {{.chunks = {Chunk(0, "\x1b[3"), Chunk(0, "2mgreen\x1b[0m\x07\n")}, .status = {}}};
  EXPECT_EQ(Run({"logs", "sc/t"}), 0);
  EXPECT_EQ(out_.str(), "green\\x07\n");
}

TEST_F(LogsTest, OnATerminalWhatFollowsALogBeginsALine) {
  surface_.live = true;
  gateway_.log_answers = {{.chunks = {Chunk(0, "no end")}, .status = {grpc::StatusCode::NOT_FOUND, "gone"}}};
  EXPECT_EQ(Run({"logs", "sc/t"}), 5);
  EXPECT_EQ(out_.str(), "no end\n");
}

TEST_F(LogsTest, ResumesAfterACutBehindTheLastChunk) {
  gateway_.log_answers = {{.chunks = {Chunk(0, "one\n")}, .status = {grpc::StatusCode::UNAVAILABLE, "cut"}},
                          {.chunks = {Chunk(0, "two\n")}, .status = {}}};
  EXPECT_EQ(Run({"logs", "-f", "sc/t", "--tail", "10"}), 0);
  EXPECT_EQ(out_.str(), "one\ntwo\n");
  const auto reads = gateway_.log_reads();
  ASSERT_EQ(reads.size(), 2u);
  EXPECT_TRUE(reads[1].follow());
  EXPECT_EQ(reads[1].resume_token(), "behind one\n");
  EXPECT_EQ(reads[1].tail_bytes(), 0) << "the token says where to begin";
}

TEST_F(LogsTest, TellsWhenTheUpstreamChangedWhatWasPrinted) {
  v1::ReadTaskLogsResponse rewritten = Chunk(0, "");
  rewritten.set_rewritten(true);
  gateway_.log_answers = {{.chunks = {Chunk(0, "one\n"), rewritten, Chunk(0, "uno\n")}, .status = {}}};
  EXPECT_EQ(Run({"logs", "sc/t"}), 0);
  EXPECT_EQ(out_.str(), "one\nuno\n");
  EXPECT_THAT(err_.str(), HasSubstr("from entry 0 on it comes anew"));
}

TEST_F(LogsTest, ARefusalIsTheExitCode) {
  gateway_.log_answers = {{.chunks = {}, .status = {grpc::StatusCode::NOT_FOUND, "no such task"}}};
  EXPECT_EQ(Run({"logs", "sc/t"}), 5);
}

TEST_F(LogsTest, CtrlCLeavesTheTaskAloneAndSaysSo) {
  gateway_.log_answers = {{.chunks = {Chunk(0, "one\n")}, .status = {grpc::StatusCode::UNAVAILABLE, "cut"}}};
  gateway_.on_follow = [this] { interrupted_ = true; };
  EXPECT_EQ(Run({"logs", "-f", "sc/t"}), 130);
  EXPECT_THAT(err_.str(), HasSubstr("the task goes on"));
}

TEST_F(LogsTest, ASizeThatIsNoneIsRefused) {
  EXPECT_EQ(Run({"logs", "sc/t", "--tail", "0"}), 64);
  EXPECT_EQ(Run({"logs", "sc/t", "--tail", "much"}), 64);
}

}  // namespace
}  // namespace taskgateway::taskctl

#include "gateway/base/file_sink.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

class FileSinkTest : public ::testing::Test {
 protected:
  FileSinkTest() {
    EXPECT_EQ(pipe(ends_), 0);
    sink_.emplace(ends_[1]);
  }
  ~FileSinkTest() override {
    sink_.reset();
    for (const int end : ends_) close(end);
  }

  // The next `size` bytes.
  std::string Read(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t have = 0; have < size;) {
      const ssize_t read = ::read(ends_[0], text.data() + have, size - have);
      if (read <= 0) return text.substr(0, have);
      have += static_cast<std::size_t>(read);
    }
    return text;
  }

  int ends_[2] = {-1, -1};
  std::optional<FileSink> sink_;
};

TEST_F(FileSinkTest, ALineIsThereWhenWriteReturns) {
  EXPECT_TRUE(sink_->Write("one\n"));
  ASSERT_EQ(fcntl(ends_[0], F_SETFL, O_NONBLOCK), 0);
  EXPECT_EQ(Read(4), "one\n");
}

TEST_F(FileSinkTest, LinesBeyondWhatThePipeHoldsComeLaterAndInOrder) {
  std::string all;
  for (int i = 0; i < 1000; ++i) {
    const std::string line = std::to_string(i) + std::string(500, '.') + "\n";
    ASSERT_TRUE(sink_->Write(line));
    all += line;
  }
  EXPECT_EQ(Read(all.size()), all);
}

TEST_F(FileSinkTest, ALineLongerThanAnAtomicWriteComesWhole) {
  const std::string line = std::string(200'000, 'x') + "\n";
  EXPECT_TRUE(sink_->Write(line));
  EXPECT_EQ(Read(line.size()), line);
}

TEST_F(FileSinkTest, WhenNobodyReadsItRefusesRatherThanWait) {
  const std::string line(1000, 'x');
  std::size_t taken = 0;
  while (taken < 4 * FileSink::kMaxQueued && sink_->Write(line)) taken += line.size();
  EXPECT_GE(taken, FileSink::kMaxQueued - line.size());
  EXPECT_LE(taken, 2 * FileSink::kMaxQueued + (std::size_t{1} << 17)) << "with what the pipe holds";
  sink_.reset();  // ends
}

TEST_F(FileSinkTest, WhenTheReaderIsGoneLinesGoNowhere) {
  signal(SIGPIPE, SIG_IGN);
  close(ends_[0]);
  EXPECT_TRUE(sink_->Write("one\n"));
  EXPECT_TRUE(sink_->Write(std::string(200'000, 'x')));
}

}  // namespace
}  // namespace taskgateway::base

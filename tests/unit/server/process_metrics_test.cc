#include "gateway/server/process_metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

TEST(ProcessMetricsTest, NumbersAreThoseOfThisProcess) {
  const std::optional<ProcessState> state = LookAtProcess();
  ASSERT_TRUE(state.has_value());
  EXPECT_GT(state->resident_bytes, 1 << 20);
  EXPECT_GT(state->virtual_bytes, state->resident_bytes);
  EXPECT_GE(state->threads, 1);
  EXPECT_GT(state->max_fds, state->open_fds);
  const double now = absl::ToDoubleSeconds(base::SystemClock().Now() - absl::UnixEpoch());
  EXPECT_LT(state->start_time_seconds, now + 1);
  EXPECT_GT(state->start_time_seconds, now - 3600);
}

TEST(ProcessMetricsTest, OpenFilesAreCounted) {
  const double before = LookAtProcess()->open_fds;
  const int file = open("/dev/null", O_RDONLY);
  EXPECT_EQ(LookAtProcess()->open_fds, before + 1);
  close(file);
}

}  // namespace
}  // namespace taskgateway::server

#include "gateway/server/grpc_log.h"

#include <string>

#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65
#include "grpc/grpc.h"
#include "grpc/support/log.h"

namespace taskgateway::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class FakeSink final : public base::LogSink {
 public:
  bool Write(std::string_view line) override {
    text.append(line);
    return true;
  }
  std::string text;
};

class GrpcLogTest : public testing::Test {
 protected:
  GrpcLogTest() { grpc_init(); }
  ~GrpcLogTest() override { grpc_shutdown(); }

  base::SystemClock clock_;
  FakeSink sink_;
  base::Log log_{clock_, sink_};
};

TEST_F(GrpcLogTest, ErrorsOfGrpcAreLines) {
  {
    const GrpcLog grpc_log(log_);
    gpr_log(GPR_INFO, "talk");
    gpr_log(GPR_ERROR, "it \"fails\"");
  }
  EXPECT_THAT(sink_.text, AllOf(HasSubstr(R"("severity":"warning","event":"grpc","message":"it \"fails\"")"),
                                HasSubstr(R"("at":"grpc_log_test.cc:)"), Not(HasSubstr("talk"))));
  EXPECT_FALSE(GrpcLostListener());
}

TEST_F(GrpcLogTest, ItEndsWithItsObject) {
  { const GrpcLog grpc_log(log_); }
  gpr_log(GPR_ERROR, "later");
  EXPECT_THAT(sink_.text, IsEmpty());
}

// What gRPC 1.51 says when it is out of descriptors, before it gives its listener up.
TEST_F(GrpcLogTest, AListenerThatGivesUpIsNoticed) {
  const GrpcLog grpc_log(log_);
  gpr_log(GPR_ERROR, "Failed accept4: %s", "Too many open files");
  EXPECT_TRUE(GrpcLostListener());
}

}  // namespace
}  // namespace taskgateway::server
#endif

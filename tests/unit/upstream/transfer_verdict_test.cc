#include "gateway/upstream/transfer_verdict.h"

#include <string>

#include "adapters/core/status_catalogue.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_http_client.h"

namespace taskgateway::upstream {
namespace {

TEST(TransferVerdictTest, EveryFailureHasItsReasonAndOnlyATooLargeReplyIsFinal) {
  struct Row {
    TransferError error;
    std::string reason;
    Signal signal;
  };
  for (const Row& row : {Row{TransferError::kUnreachable, "UPSTREAM_UNREACHABLE", Signal::kTransient},
                         Row{TransferError::kTimeout, "UPSTREAM_TIMEOUT", Signal::kTransient},
                         Row{TransferError::kBrokenReply, "UPSTREAM_BROKEN_REPLY", Signal::kTransient},
                         Row{TransferError::kTooLarge, "UPSTREAM_REPLY_TOO_LARGE", Signal::kNone}}) {
    SCOPED_TRACE(row.reason);
    const Verdict verdict = TransferVerdict(support::TransferFailure(row.error), "host.example:8443");
    EXPECT_EQ(verdict.status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(core::ReasonOf(verdict.status), row.reason);
    EXPECT_EQ(verdict.signal, row.signal);
    EXPECT_GT(core::RetryDelayOf(verdict.status), absl::ZeroDuration());
    EXPECT_FALSE(verdict.retry_after.has_value()) << "the server gave no hint";
    EXPECT_FALSE(verdict.server_time.has_value());
  }
}

TEST(TransferVerdictTest, TheStatusSaysWhichHostAndWhatWentWrong) {
  const absl::Status status =
      TransferVerdict(support::TransferFailure(TransferError::kUnreachable), "host.example:8443").status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("as the test says"));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(std::string(*status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo"))));
  EXPECT_EQ(info.domain(), "host.example:8443");
}

}  // namespace
}  // namespace taskgateway::upstream

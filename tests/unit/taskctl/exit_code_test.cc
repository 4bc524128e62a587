#include "tools/taskctl/exit_code.h"

#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

google::rpc::Status StatusWith(int code, const std::string& reason = "") {
  google::rpc::Status status;
  status.set_code(code);
  google::rpc::ErrorInfo error_info;
  error_info.set_reason(reason);
  if (!reason.empty()) status.add_details()->PackFrom(error_info);
  return status;
}

TEST(ExitCode, OfAState) {
  const struct {
    v1::Task::State state;
    ExitCode code;
  } kTable[] = {
      {v1::Task::STATE_UNSPECIFIED, ExitCode::kSucceeded},
      {v1::Task::PENDING, ExitCode::kSucceeded},
      {v1::Task::RUNNING, ExitCode::kSucceeded},
      {v1::Task::SUCCEEDED, ExitCode::kSucceeded},
      {v1::Task::FAILED, ExitCode::kFailed},
      {v1::Task::CANCELLING, ExitCode::kSucceeded},
      {v1::Task::CANCELLED, ExitCode::kCancelled},
      {v1::Task::UNKNOWN, ExitCode::kSucceeded},
  };
  for (const auto& row : kTable) {
    v1::Task task;
    task.set_state(row.state);
    EXPECT_EQ(ExitCodeOf(task), row.code) << v1::Task::State_Name(row.state);
  }
}

TEST(ExitCode, OfACallStatus) {
  using namespace google::rpc;  // NOLINT(google-build-using-namespace): the table's codes
  const struct {
    Code code;
    const char* reason;
    ExitCode exit_code;
  } kTable[] = {
      {OK, "", ExitCode::kSucceeded},
      {CANCELLED, "", ExitCode::kUnreachable},
      {UNKNOWN, "UPSTREAM_REJECTED", ExitCode::kUnreachable},
      {INVALID_ARGUMENT, "INVALID_ARGUMENT", ExitCode::kUsage},
      {DEADLINE_EXCEEDED, "", ExitCode::kTimedOut},
      {NOT_FOUND, "TASK_NOT_FOUND", ExitCode::kNotFound},
      {NOT_FOUND, "SOURCE_NOT_FOUND", ExitCode::kNotFound},
      {ALREADY_EXISTS, "", ExitCode::kUnreachable},
      {PERMISSION_DENIED, "UPSTREAM_PERMISSION_DENIED", ExitCode::kDenied},
      {RESOURCE_EXHAUSTED, "UPSTREAM_THROTTLED", ExitCode::kUnreachable},
      {FAILED_PRECONDITION, "UPSTREAM_CREDENTIALS_REJECTED", ExitCode::kDenied},
      {FAILED_PRECONDITION, "TASK_ID_AMBIGUOUS", ExitCode::kUsage},
      {ABORTED, "", ExitCode::kUnreachable},
      {OUT_OF_RANGE, "", ExitCode::kUsage},
      {UNIMPLEMENTED, "", ExitCode::kUnreachable},
      {INTERNAL, "INTERNAL", ExitCode::kUnreachable},
      {UNAVAILABLE, "UPSTREAM_UNREACHABLE", ExitCode::kUnreachable},
      {DATA_LOSS, "", ExitCode::kUnreachable},
      {UNAUTHENTICATED, "", ExitCode::kDenied},
  };
  for (const auto& row : kTable) {
    EXPECT_EQ(ExitCodeOf(StatusWith(row.code, row.reason)), row.exit_code) << Code_Name(row.code) << " " << row.reason;
  }
}

TEST(ExitCode, NumbersAreAContract) {
  EXPECT_EQ(static_cast<int>(ExitCode::kSucceeded), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kFailed), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kCancelled), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kTimedOut), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kUnreachable), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kNotFound), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kDenied), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 64);
}

TEST(ExitCode, TheGreaterOneIsWorse) {
  EXPECT_EQ(Worse(ExitCode::kNotFound, ExitCode::kFailed), ExitCode::kNotFound);
  EXPECT_EQ(Worse(ExitCode::kSucceeded, ExitCode::kCancelled), ExitCode::kCancelled);
}

}  // namespace
}  // namespace taskgateway::taskctl

#include "tools/taskctl/exit_code.h"

#include <algorithm>

#include "google/rpc/code.pb.h"
#include "tools/taskctl/call_error.h"

namespace taskgateway::taskctl {

ExitCode ExitCodeOf(const v1::Task& task) {
  switch (task.state()) {
    case v1::Task::FAILED:
      return ExitCode::kFailed;
    case v1::Task::CANCELLED:
      return ExitCode::kCancelled;
    default:
      return ExitCode::kSucceeded;
  }
}

ExitCode ExitCodeOf(const google::rpc::Status& status) {
  switch (status.code()) {
    case google::rpc::OK:
      return ExitCode::kSucceeded;
    case google::rpc::DEADLINE_EXCEEDED:
      return ExitCode::kTimedOut;
    case google::rpc::NOT_FOUND:
      return ExitCode::kNotFound;
    case google::rpc::PERMISSION_DENIED:
    case google::rpc::UNAUTHENTICATED:
      return ExitCode::kDenied;
    case google::rpc::FAILED_PRECONDITION: {
      // An id that two sources have: the name has to say which. A task that has ended cannot be cancelled. Everything
      // else here is about the gateway's credentials.
      const std::string reason = ReasonOf(status);
      return reason == "TASK_ID_AMBIGUOUS" || reason == "TASK_ALREADY_DONE" ? ExitCode::kUsage : ExitCode::kDenied;
    }
    case google::rpc::UNIMPLEMENTED:  // by a source; a gateway that lacks a method has no reason to give
      return ReasonOf(status).empty() ? ExitCode::kUnreachable : ExitCode::kUsage;
    case google::rpc::INVALID_ARGUMENT:
    case google::rpc::OUT_OF_RANGE:
      return ExitCode::kUsage;
    default:
      return ExitCode::kUnreachable;
  }
}

ExitCode Worse(ExitCode a, ExitCode b) { return std::max(a, b); }

}  // namespace taskgateway::taskctl

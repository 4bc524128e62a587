// What taskctl's exit code says. A script's contract: the numbers do not change.
#pragma once

#include "google/rpc/status.pb.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::taskctl {

// In order of badness: with several names the greatest one counts.
enum class ExitCode {
  kSucceeded = 0,    // the command did what it was asked; no task that it read has failed or was cancelled
  kFailed = 1,       // a task has failed
  kCancelled = 2,    // a task was cancelled
  kTimedOut = 3,     // the time was over first
  kUnreachable = 4,  // the gateway or the upstream behind it gave no usable answer
  kNotFound = 5,     // no such task, no such source
  kDenied = 6,       // the caller, or the gateway's own credentials, may not
  kUsage = 64,       // the command line, the configuration file or a name is wrong, or a task cannot do what was asked
  kInterrupted = 130,  // Ctrl-C
};

// For a task that was read. One that is not done counts as kSucceeded: reading it worked.
ExitCode ExitCodeOf(const v1::Task& task);

// For a call, or one name of a batch. OK is kSucceeded.
ExitCode ExitCodeOf(const google::rpc::Status& status);

ExitCode Worse(ExitCode a, ExitCode b);

}  // namespace taskgateway::taskctl

// What happens to tasks that are followed, as lines. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "taskgateway/v1/task.pb.h"
#include "tools/taskctl/colours.h"

namespace taskgateway::taskctl {

// A line of a log: `2026-11-22T15:05:09Z cloud-control/task-1 RUNNING`, with what went wrong behind it, if anything
// has. `name` is a full one.
std::string ChangeLine(absl::Time now, std::string_view name, const v1::Task& task);
// The same of a task that cannot be read at the moment, or not yet.
std::string TroubleLine(absl::Time now, std::string_view name, std::string_view trouble);

// What is known of a wait.
struct WaitProgress {
  std::string name;                     // full
  v1::Task task;                        // without a name: not read yet
  std::string trouble;                  // why the gateway cannot be asked, or has no task; else empty
  absl::Duration elapsed;               // since the task was created, or since the wait began
  std::optional<absl::Time> next_poll;  // when the gateway reads the task again, as far as known
};

// One line that is drawn over again and again: spinner, state, name, elapsed, next poll. No line feed; cut to the
// surface. `frame` counts drawings.
std::string SpinnerLine(const WaitProgress& progress, int frame, absl::Time now, const Surface& surface);

}  // namespace taskgateway::taskctl

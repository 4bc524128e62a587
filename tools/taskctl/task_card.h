// One task for a person to read. Pure: time comes in, text goes out.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "taskgateway/v1/task.pb.h"
#include "tools/taskctl/colours.h"

namespace taskgateway::taskctl {

// What stopped the task comes first, from the root cause outwards; then what it is and does, its inputs and results,
// notes and, where the task carries them, its logs. Fields without a value leave no line. Ends with a line feed.
std::string TaskCard(const v1::Task& task, absl::Time now, const Surface& surface);

}  // namespace taskgateway::taskctl

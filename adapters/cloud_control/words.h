// Cloud Control's words for a task's status and action, as the contract's.
#pragma once

#include <string_view>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::cloud_control {

// The state of a status word; UNKNOWN for a word that is not in the table. Surrounding white space and letter case do
// not count.
v1::Task::State StateOf(std::string_view status);

// The action of a taskAction word, compared the same way; OTHER for a word that is not in the table.
v1::Task::Action ActionOf(std::string_view task_action);

}  // namespace taskgateway::cloud_control

// The short forms of resource names that people type and read. Pure.
#pragma once

#include <string>
#include <string_view>

namespace taskgateway::taskctl {

// `cloud-control/task-1` -> `sources/cloud-control/tasks/task-1`; `task-1`, without a source, ->
// `sources/-/tasks/task-1`, which looks in every source. Anything else is given back as it is: the gateway judges
// names.
std::string FullTaskName(std::string_view name);

// `sources/cloud-control/tasks/task-1` -> `cloud-control/task-1`; anything else as it is.
std::string ShortTaskName(std::string_view name);

}  // namespace taskgateway::taskctl

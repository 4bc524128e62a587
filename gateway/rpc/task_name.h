// Resource names of tasks.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace taskgateway::rpc {

// The parts of `sources/{source}/tasks/{task}`.
struct TaskName {
  std::string source;  // `-`: any
  std::string task;

  bool any_source() const { return source == "-"; }
};

// Errors: INVALID_ARGUMENT with BadRequest{field} that says what a name looks like. A task id is 1 to 128 characters
// out of `A-Z a-z 0-9 . _ ~ * -`, and not `.`, `..` or `-`; a source is `-` or kebab-case of at most 63 characters.
absl::StatusOr<TaskName> ParseTaskName(std::string_view name, std::string_view field);

}  // namespace taskgateway::rpc

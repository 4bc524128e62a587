// Resource names of tasks, and what else they name.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace taskgateway::rpc {

// The parts of `sources/{source}/tasks/{task}`, or of the alias
// `sources/{source}/provisionedProducts/{product}/tasks/latest`.
struct TaskName {
  std::string source;                       // `-`: any; never of an alias
  std::string task = {};                    // empty: an alias
  std::string provisioned_product_id = {};  // of an alias

  bool any_source() const { return source == "-"; }
  bool alias() const { return task.empty(); }
};

// Errors: INVALID_ARGUMENT with BadRequest{field} that says what a name looks like. The ids of a task and of a product
// are 1 to 128 characters out of `A-Z a-z 0-9 . _ ~ * -`, and not `.`, `..` or `-`; a source is `-` or kebab-case of at
// most 63 characters.
absl::StatusOr<TaskName> ParseTaskName(std::string_view name, std::string_view field);

// The name of a task's operation, `sources/{source}/operations/{task}`. `task_name` is a canonical one.
std::string ToOperationName(std::string_view task_name);

// The task behind `sources/{source}/operations/{task}`. Errors: as ParseTaskName; also for `sources/-`.
absl::StatusOr<TaskName> ParseOperationName(std::string_view name, std::string_view field);

// The source of `sources/{source}`. Error: INVALID_ARGUMENT with BadRequest{field}; also for `-`.
absl::StatusOr<std::string> ParseSourceName(std::string_view name, std::string_view field);

// Whether a task or a product may be called so.
bool IsId(std::string_view id);

}  // namespace taskgateway::rpc

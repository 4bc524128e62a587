// Answers for programs: protobuf's JSON, and the same as YAML. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "taskgateway/v1/task_service.pb.h"

namespace taskgateway::taskctl {

// Each ends with a line feed. Characters that a terminal would act upon are escaped. INTERNAL when the answer holds
// something that has no JSON, such as a time beyond the year 9999.
absl::StatusOr<std::string> TaskJson(const v1::Task& task);  // one object
absl::StatusOr<std::string> BatchJson(
    const v1::BatchGetTasksResponse& batch);  // {"tasks": […], "failures": […]}, both always there
absl::StatusOr<std::string> TasksJson(const v1::ListTasksResponse& answer);      // {"tasks": […]}
absl::StatusOr<std::string> SourcesJson(const v1::ListSourcesResponse& answer);  // {"sources": […]}

// Any of the above as YAML: same keys, same order. Text that YAML would read as something else is quoted.
std::string YamlFromJson(const std::string& json);

}  // namespace taskgateway::taskctl

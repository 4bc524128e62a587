// What a simulated task does, as a scenario tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rapidjson/document.h"
#include "tools/simulator/api.h"
#include "tools/simulator/json_text.h"
#include "tools/simulator/log_text.h"
#include "tools/simulator/strict_object.h"

namespace taskgateway::simulator {

// What a task shows from some moment on. Steps follow each other in order; the first one counts from the start.
struct Step {
  // From this time after the task's start on; for the steps after a cancellation, after that.
  absl::Duration after = absl::ZeroDuration();
  // Else from this GetTask on, counted from 1. 0: `after` counts.
  std::int64_t at_request = 0;
  // The API's word, written as it is.
  std::string status;
  // Members of the task object as JSON; they win over the script's.
  Members fields = {};
};

// A Terraform log that grows (Service Catalog).
struct LogScript {
  // The log is spread over this many entries, filled one after the other: init, plan, apply, init, …
  int entries = 1;
  // Bytes in all at the start and at the end.
  std::uint64_t start_bytes = 0;
  std::uint64_t end_bytes = 0;
  // It grows evenly over this time from the task's start; zero: it is complete at once.
  absl::Duration over = absl::ZeroDuration();
  // Else from the first GetTask to this one. 0: `over` counts.
  std::int64_t over_requests = 0;

  // What it holds after `elapsed` and `reads` GetTasks; empty entries are left out.
  std::vector<LogSlice> At(absl::Duration elapsed, std::int64_t reads) const;
};

// Most bytes that a scripted log may have.
inline constexpr std::uint64_t kMaxLogBytes = std::uint64_t{64} << 20;

struct TaskScript {
  Api api = Api::kUnknown;
  std::string id;
  // Members of the task object as JSON, over the defaults of its API. An empty text leaves the member out.
  Members fields;
  // At least one.
  std::vector<Step> steps;
  // What happens when CancelTask is accepted (Cloud Control). Default: Cancelling, and Cancelled from the second
  // GetTask on.
  std::vector<Step> on_cancel;
  std::optional<LogScript> log;
};

// Reads a script:
//
//   api: cloud_control            # or service_catalog
//   id: task-1
//   fields: {regionId: cn-beijing}
//   omit: [resourceId]
//   steps:
//   - {status: Pending}
//   - {after: 2s, status: Running}
//   - {at_request: 5, status: Failed, error: {code: OperationFailure.OperationFailed, message: "…"}}
//   log: {entries: 3, start_bytes: 4KiB, end_bytes: 5MiB, over: 60s}
//
// `error` (Cloud Control: code, and message as text or object) and `status_message` (Service Catalog) are short for
// `fields`. `path` names the value in errors. Errors: INVALID_ARGUMENT with the member and the remedy.
absl::StatusOr<TaskScript> ReadTaskScript(const rapidjson::Value& value, const std::string& path);

// The list of steps that is the member `name` of `object`.
std::vector<Step> ReadSteps(StrictObject& object, std::string_view name, Api api, absl::Status& problem);
// A log, as in `log`.
LogScript ReadLogScript(const rapidjson::Value& value, const std::string& path, absl::Status& problem);

}  // namespace taskgateway::simulator

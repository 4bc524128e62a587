// Several tasks, or the sources, as a table: a line each. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "taskgateway/v1/source.pb.h"
#include "taskgateway/v1/task.pb.h"
#include "tools/taskctl/colours.h"

namespace taskgateway::taskctl {

// NAME STATE ACTION TARGET AGE ERROR. Names are short forms that `taskctl get` takes; AGE counts from create_time;
// ERROR is the root cause and is cut so that a line fits the surface. Empty for no tasks.
std::string TaskTable(const google::protobuf::RepeatedPtrField<v1::Task>& tasks, absl::Time now,
                      const Surface& surface);

// One name of a watch.
struct WatchRow {
  std::string name;     // as it was requested
  v1::Task task;        // as it was told last; without a name: not yet
  std::string trouble;  // why it cannot be read, if so
};

// NAME STATE ACTION TARGET AGE NOTE; the note is the trouble or the error.
std::string WatchTable(const std::vector<WatchRow>& rows, absl::Time now, const Surface& surface);

// What went wrong with a task that has an error, root cause first, on one line; else empty.
std::string RootCause(const v1::Task& task);

// NAME KIND ACCOUNT ENDPOINT CAN BUDGETS. Empty for no sources.
std::string SourceTable(const google::protobuf::RepeatedPtrField<v1::Source>& sources);

}  // namespace taskgateway::taskctl

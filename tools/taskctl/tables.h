// Several tasks, or the sources, as a table: a line each. Pure.
#pragma once

#include <string>

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

// NAME KIND ACCOUNT ENDPOINT CAN BUDGETS. Empty for no sources.
std::string SourceTable(const google::protobuf::RepeatedPtrField<v1::Source>& sources);

}  // namespace taskgateway::taskctl

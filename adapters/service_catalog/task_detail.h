// One `TaskDetail` object of Service Catalog as a Task.
#pragma once

#include "adapters/core/json_reader.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::service_catalog {

// What becomes of log contents.
enum class Logs {
  kKeep,  // every entry, whole
  kDrop,  // only the summary
};

// Fills everything of `task` that `detail`, an object, tells. True when text outside of the plain fields had to be
// repaired to UTF-8.
//
// StatusMessage always is in ServiceCatalogDetails.status_message. Beside `Failed` it is the task's error; beside
// `Succeeded`, where it is not documented, a left-over error and so a warning; beside `InProgress` and words that
// nobody knows it may as well tell of progress, and is no more than the message.
bool DecodeTaskDetail(const core::JsonValue& detail, Logs logs, v1::Task* task);

}  // namespace taskgateway::service_catalog

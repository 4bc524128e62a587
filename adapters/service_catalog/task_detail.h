// One `TaskDetail` object of Service Catalog as a Task.
#pragma once

#include "adapters/core/json_reader.h"
#include "adapters/task_adapter.h"

namespace taskgateway::service_catalog {

// Fills everything of `task` that `detail`, an object, tells. The log goes to `*log`, whose entries point into the
// document; without a `log` only its summary is kept. True when text of a buried document had to be repaired to UTF-8.
//
// StatusMessage always is in ServiceCatalogDetails.status_message. Beside `Failed` it is the task's error; beside
// `Succeeded`, where it is not documented, a left-over error and so a warning; beside `InProgress` and words that
// nobody knows it may as well tell of progress, and is no more than the message.
bool DecodeTaskDetail(const core::JsonValue& detail, TaskLog* log, v1::Task* task);

}  // namespace taskgateway::service_catalog

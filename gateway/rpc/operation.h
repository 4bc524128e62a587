// Tasks as google.longrunning operations.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "google/longrunning/operations.pb.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::rpc {

// What an operation has beside its task, most bytes.
inline constexpr std::size_t kBesideOperationTask = 512;

// `sources/{source}/operations/{task}` as an operation: the task, without logs, is its metadata, and its response
// exactly when it has succeeded; `error` is set, and not OK, exactly when it has failed or was cancelled. At most twice
// the task's bytes and kBesideOperationTask.
google::longrunning::Operation ToOperation(const v1::Task& task);

// The product that a filter of ListOperations, `provisioned_product_id="…"`, asks for. Error: INVALID_ARGUMENT with
// BadRequest{filter}.
absl::StatusOr<std::string> ProductOfFilter(const std::string& filter);

}  // namespace taskgateway::rpc

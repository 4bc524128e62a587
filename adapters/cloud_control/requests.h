// The requests of Cloud Control's task group (version 2022-08-30, ROA style): unsigned, without host.
#pragma once

#include <string_view>

#include "adapters/core/http_message.h"

namespace taskgateway::cloud_control {

// `GET /api/v1/tasks/{task_id}`; the id is one percent-encoded segment.
core::HttpRequest GetTaskRequest(std::string_view task_id);

// `PUT /api/v1/tasks/{task_id}/operation/cancel`, without a body.
core::HttpRequest CancelTaskRequest(std::string_view task_id);

}  // namespace taskgateway::cloud_control

// The requests of Service Catalog (version 2021-09-01, RPC style): unsigned, without host. Every one is `POST /`; where
// its parameters go, the form body or the query, is what the official client of npm,
// @alicloud/servicecatalog20210901 1.0.4, does.
#pragma once

#include <string_view>

#include "adapters/core/http_message.h"
#include "adapters/task_adapter.h"

namespace taskgateway::service_catalog {

// TaskId in the form body.
core::HttpRequest GetTaskRequest(std::string_view task_id);

// Everything in the query, newest first; no body.
core::HttpRequest ListTasksRequest(const ListQuery& query);

// ProvisionedProductId in the query; no body.
core::HttpRequest GetProvisionedProductRequest(std::string_view provisioned_product_id);

}  // namespace taskgateway::service_catalog

// The numbers behind the page for people.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "gateway/server/gateway_metrics.h"
#include "taskgateway/admin/v1/status.pb.h"

namespace taskgateway::server {

// A moment of the gateway, which began at `started` (Uptime). Any thread but the loop's.
admin::v1::Status LookAt(const GatewayInsides& insides, const std::string& config_digest, absl::Duration started);

}  // namespace taskgateway::server

// The file that tells a starting script which ports were taken.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace taskgateway::server {

// Writes `{"grpc": 8980}` and a newline to `path`, at once: a reader sees the whole file or none. Error: UNAVAILABLE,
// naming the path.
absl::Status WritePortsFile(const std::string& path, int grpc_port);

}  // namespace taskgateway::server

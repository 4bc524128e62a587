// The file that tells a starting script which ports were taken.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"

namespace taskgateway::server {

// Writes `ports`, name to number, as `{"grpc": 8980, "health": 8981}` and a newline to `path`, at once: a reader sees
// the whole file or none. Error: UNAVAILABLE, naming the path.
absl::Status WritePortsFile(const std::string& path, const std::map<std::string, int>& ports);

}  // namespace taskgateway::server

// Files that are read whole.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace taskgateway::server {

// What the file at `path` has; nothing when it cannot be read or has more than `max_bytes`. Blocks.
std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes);

}  // namespace taskgateway::server

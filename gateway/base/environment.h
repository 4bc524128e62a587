// The one home of environment variables.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskgateway::base {

// The value of an environment variable; nothing when it is not set. Thread-safe as long as nobody changes the
// environment.
std::optional<std::string> GetEnvironment(std::string_view name);

}  // namespace taskgateway::base

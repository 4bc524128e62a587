#include "gateway/base/environment.h"

#include <cstdlib>

namespace taskgateway::base {

std::optional<std::string> GetEnvironment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace taskgateway::base

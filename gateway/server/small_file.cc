#include "gateway/server/small_file.h"

#include <fstream>

namespace taskgateway::server {

std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t max_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return std::nullopt;
  std::string text(max_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::nullopt;
  const auto size = static_cast<std::size_t>(file.gcount());
  if (size > max_bytes) return std::nullopt;
  text.resize(size);
  return text;
}

}  // namespace taskgateway::server

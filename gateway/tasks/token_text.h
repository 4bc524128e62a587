// How tokens are written: what all kinds have in common.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskgateway::tasks {

// The parts as one opaque token: characters of the web-safe Base64 alphabet. No part has a space.
std::string PackToken(const std::vector<std::string>& parts);

// The parts of a token that PackToken made of `count` printable ones, the first of which is `version`; nothing for any
// other text.
std::optional<std::vector<std::string>> UnpackToken(std::string_view token, std::string_view version,
                                                    std::size_t count);

// Whether `text` is what base::Digest128 gives.
bool IsDigest(std::string_view text);

}  // namespace taskgateway::tasks

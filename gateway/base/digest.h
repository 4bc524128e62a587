// SHA-256, for etags and tokens.
#pragma once

#include <string>
#include <string_view>

namespace taskgateway::base {

// The first 128 bits of the SHA-256 of `bytes` as 32 lower-case hexadecimal digits.
std::string Digest128(std::string_view bytes);

}  // namespace taskgateway::base

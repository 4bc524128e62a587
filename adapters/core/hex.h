// Bytes as text.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace taskgateway::core {

// Appends two lower-case hexadecimal digits for each byte. By arithmetic, which compilers turn into vector code; a
// table would be half a kilobyte to have in the cache.
inline void AppendHex(std::span<const unsigned char> bytes, std::string* out) {
  const auto digit = [](int value) { return static_cast<char>(value + '0' + (value > 9 ? 'a' - '0' - 10 : 0)); };
  const std::size_t begin = out->size();
  out->resize(begin + 2 * bytes.size());
  char* to = out->data() + begin;
  for (const unsigned char byte : bytes) {
    *to++ = digit(byte >> 4);
    *to++ = digit(byte & 15);
  }
}

}  // namespace taskgateway::core

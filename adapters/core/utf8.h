// Text from the outside world as valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace taskgateway::core {

// Whether `text` is UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsUtf8(std::string_view text);

// Makes `*out` a copy of `text` in which U+FFFD stands for each piece that is not UTF-8 (as the WHATWG Encoding
// standard counts pieces); true when there was one.
bool CopyUtf8(std::string_view text, std::string* out);

// The longest prefix that has at most `max_bytes` bytes and does not end inside a character. `text` is valid UTF-8; of
// other text it is some prefix within the limit.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace taskgateway::core

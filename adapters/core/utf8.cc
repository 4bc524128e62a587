#include "adapters/core/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace taskgateway::core {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The first byte at or behind `p` that is not ASCII. Terraform logs are long and nearly all ASCII, so it goes 32 bytes
// a step.
const char* SkipAscii(const char* p, const char* end) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  while (end - p >= 32) {
    std::uint64_t words[4];
    std::memcpy(words, p, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & kHighBits) != 0) break;
    p += 32;
  }
  while (p != end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

struct Piece {
  std::ptrdiff_t length;
  bool valid;
};

// The character at `p`, whose first byte is not ASCII, or the piece that U+FFFD stands for: the longest start of a
// character, at least a byte.
Piece NextPiece(const char* p, const char* end) {
  const auto byte = [p](std::ptrdiff_t i) { return static_cast<unsigned char>(p[i]); };
  const unsigned char first = byte(0);
  std::ptrdiff_t length;
  // The second byte's range is what rules out overlong forms, surrogates and code points beyond U+10FFFF (Unicode 15,
  // table 3-7).
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return {1, false};
  }
  for (std::ptrdiff_t i = 1; i < length; ++i) {
    if (p + i == end || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

// The first piece that is not UTF-8, or `end`.
const char* FindInvalid(const char* p, const char* end) {
  while ((p = SkipAscii(p, end)) != end) {
    const Piece piece = NextPiece(p, end);
    if (!piece.valid) return p;
    p += piece.length;
  }
  return end;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const char* end = text.data() + text.size();
  return FindInvalid(text.data(), end) == end;
}

bool CopyUtf8(std::string_view text, std::string* out) {
  const char* p = text.data();
  const char* end = p + text.size();
  const char* invalid = FindInvalid(p, end);
  out->assign(p, invalid);
  if (invalid == end) return false;
  while (invalid != end) {
    out->append(kReplacement);
    p = invalid + NextPiece(invalid, end).length;
    invalid = FindInvalid(p, end);
    out->append(p, invalid);
  }
  return true;
}

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t size = max_bytes;
  while (size > 0 && max_bytes - size < 3 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace taskgateway::core

#include "tools/taskctl/text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace taskgateway::taskctl {
namespace {

constexpr char32_t kNoCharacter = 0xFFFFFFFF;

// Takes the first character off `text`; kNoCharacter (and one byte taken) when it does not start with valid UTF-8.
char32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  char32_t character = length == 1 ? first : first & (0x7F >> length);
  bool valid = length > 0 && static_cast<size_t>(length) <= text.size();
  for (int i = 1; valid && i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    valid = (next & 0xC0) == 0x80;
    character = character << 6 | (next & 0x3F);
  }
  // Overlong forms, surrogates and what lies beyond Unicode.
  if (length == 3) valid = valid && character >= 0x800 && (character < 0xD800 || character > 0xDFFF);
  if (length == 4) valid = valid && character >= 0x10000 && character <= 0x10FFFF;
  text.remove_prefix(valid ? length : 1);
  return valid ? character : kNoCharacter;
}

struct Range {
  char32_t first;
  char32_t last;
};

template <size_t size>
bool IsIn(const Range (&ranges)[size], char32_t character) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return character >= range.first && character <= range.last; });
}

bool IsControl(char32_t character) { return character < 0x20 || (character >= 0x7F && character < 0xA0); }

// Marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm: they can make a line read otherwise
// than it is.
constexpr Range kReordering[] = {{0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}};

// The blocks of Unicode's East Asian Width W and F, and emoji; coarse, as a column too many or too few only bends a
// table.
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},
                           {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

int ColumnsOf(char32_t character) {
  if (IsIn(kCombining, character)) return 0;
  return IsIn(kWide, character) ? 2 : 1;
}

}  // namespace

std::string Visible(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t character = TakeCharacter(text);
    if (character == kNoCharacter) {
      absl::StrAppendFormat(&visible, "\\x%02x", static_cast<unsigned char>(before.front()));
    } else if (character == '\r' && !text.empty() && text.front() == '\n') {
      continue;
    } else if (character == '\t') {
      visible += ' ';
    } else if (IsControl(character) && character != '\n') {
      absl::StrAppendFormat(&visible, "\\x%02x", static_cast<uint32_t>(character));
    } else if (IsIn(kReordering, character)) {
      absl::StrAppendFormat(&visible, "\\u{%04x}", static_cast<uint32_t>(character));
    } else {
      visible.append(before.substr(0, before.size() - text.size()));
    }
  }
  return visible;
}

std::string VisibleLine(std::string_view text) {
  std::string line;
  for (const char c : Visible(text)) {
    if (c != ' ' && c != '\n') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string WithoutColours(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "\x1b[") {
      const size_t end = text.find_first_not_of("0123456789;:", at + 2);
      if (end != std::string_view::npos && text[end] == 'm') {
        at = end;
        continue;
      }
    }
    plain += text[at];
  }
  return plain;
}

int DisplayWidth(std::string_view line) {
  int columns = 0;
  while (!line.empty()) columns += ColumnsOf(TakeCharacter(line));
  return columns;
}

std::string Cut(std::string_view line, int columns) {
  if (columns <= 0 || DisplayWidth(line) <= columns) return std::string(line);
  std::string_view rest = line;
  for (int used = 0;;) {
    std::string_view after = rest;
    used += ColumnsOf(TakeCharacter(after));
    if (used > columns - 1) break;
    rest = after;
  }
  return std::string(line.substr(0, line.size() - rest.size())) + "…";
}

std::string IndentRest(std::string_view text, int columns) {
  std::string indented;
  for (const char c : text) {
    indented += c;
    if (c == '\n') indented.append(columns, ' ');
  }
  return indented;
}

std::string UtcTime(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

std::string Age(absl::Duration duration) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  const auto two = [&](int64_t unit, const char* name, int64_t smaller, const char* smaller_name) {
    const int64_t rest = seconds % unit / smaller;
    return rest == 0 ? absl::StrCat(seconds / unit, name) : absl::StrCat(seconds / unit, name, rest, smaller_name);
  };
  if (seconds >= kDay) return two(kDay, "d", kHour, "h");
  if (seconds >= kHour) return two(kHour, "h", kMinute, "m");
  if (seconds >= kMinute) return two(kMinute, "m", 1, "s");
  return absl::StrCat(seconds, "s");
}

std::string RelativeTo(absl::Time time, absl::Time now) {
  return time > now ? absl::StrCat("in ", Age(time - now)) : absl::StrCat(Age(now - time), " ago");
}

}  // namespace taskgateway::taskctl

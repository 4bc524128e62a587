#include "gateway/tasks/log_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `l` because watches have tokens too.
constexpr char kVersion[] = "l1";
constexpr std::size_t kMaxToken = 512;
constexpr std::size_t kDigestDigits = 32;

bool IsDigest(const std::string& digest) {
  return digest.size() == kDigestDigits && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string ToLogToken(const LogResumePoint& point) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(kVersion, " ", point.point.entry, " ", point.point.offset, " ", point.digest, " ", point.name));
}

std::optional<LogResumePoint> FromLogToken(std::string_view token) {
  std::string text;
  if (token.size() > kMaxToken || !absl::WebSafeBase64Unescape(std::string(token), &text)) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  LogResumePoint point;
  if (parts.size() != 5 || !std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; }) ||
      parts[0] != kVersion || !absl::SimpleAtoi(parts[1], &point.point.entry) ||
      !absl::SimpleAtoi(parts[2], &point.point.offset) || !IsDigest(parts[3])) {
    return std::nullopt;
  }
  point.digest = parts[3];
  point.name = parts[4];
  // One point has one token.
  if (ToLogToken(point) != token) return std::nullopt;
  return point;
}

}  // namespace taskgateway::tasks

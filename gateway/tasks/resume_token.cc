#include "gateway/tasks/resume_token.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `w` because logs have tokens too.
constexpr char kVersion[] = "w1";
constexpr std::size_t kMaxToken = 512;
constexpr std::size_t kEtagDigits = 32;

bool IsEtag(const std::string& etag) {
  return etag.size() == 2 + kEtagDigits && etag.starts_with("1-") &&
         etag.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
}

}  // namespace

std::string ToToken(const ResumePoint& point) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(kVersion, " ", static_cast<int>(point.state), " ", point.etag, " ", point.name));
}

std::optional<ResumePoint> FromToken(std::string_view token) {
  std::string text;
  if (token.size() > kMaxToken || !absl::WebSafeBase64Unescape(std::string(token), &text)) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  int state = 0;
  if (parts.size() != 4 || !std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; }) ||
      parts[0] != kVersion || !absl::SimpleAtoi(parts[1], &state) || !v1::Task::State_IsValid(state) ||
      !IsEtag(parts[2])) {
    return std::nullopt;
  }
  ResumePoint point{.name = parts[3], .etag = parts[2], .state = static_cast<v1::Task::State>(state)};
  // One point has one token.
  if (ToToken(point) != token) return std::nullopt;
  return point;
}

}  // namespace taskgateway::tasks

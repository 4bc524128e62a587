#include "gateway/tasks/token_text.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace taskgateway::tasks {
namespace {

constexpr std::size_t kMaxToken = 512;
constexpr std::size_t kDigestDigits = 32;

bool IsPrintable(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

std::string PackToken(const std::vector<std::string>& parts) {
  return absl::WebSafeBase64Escape(absl::StrJoin(parts, " "));
}

std::optional<std::vector<std::string>> UnpackToken(std::string_view token, std::string_view version,
                                                    std::size_t count) {
  std::string text;
  if (token.size() > kMaxToken || !absl::WebSafeBase64Unescape(std::string(token), &text)) return std::nullopt;
  std::vector<std::string> parts = absl::StrSplit(text, ' ');
  if (parts.size() != count || parts[0] != version || !std::ranges::all_of(text, IsPrintable)) return std::nullopt;
  return parts;
}

bool IsDigest(std::string_view text) {
  return text.size() == kDigestDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace taskgateway::tasks

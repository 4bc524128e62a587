#include "gateway/tasks/page_token.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/digest.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `l` because watches and logs have tokens too.
constexpr char kVersion[] = "l1";
constexpr std::size_t kMaxToken = 128;

}  // namespace

std::string ToPageToken(std::string_view source, const ListQuery& query) {
  const std::string bound =
      base::Digest128(absl::StrCat(std::string(source), " ", query.page_size, " ", query.provisioned_product_id));
  return absl::WebSafeBase64Escape(absl::StrCat(kVersion, " ", query.page_number, " ", bound));
}

std::optional<int> PageOf(std::string_view token, std::string_view source, const ListQuery& query) {
  std::string text;
  if (token.size() > kMaxToken || !absl::WebSafeBase64Unescape(std::string(token), &text)) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  ListQuery page = query;
  // The first page has no token.
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &page.page_number) || page.page_number < 2) return std::nullopt;
  // One page has one token.
  if (ToPageToken(source, page) != token) return std::nullopt;
  return page.page_number;
}

}  // namespace taskgateway::tasks

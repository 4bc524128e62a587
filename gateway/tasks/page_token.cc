#include "gateway/tasks/page_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/digest.h"
#include "gateway/tasks/token_text.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `p` because watches and logs have tokens too.
constexpr char kVersion[] = "p1";

}  // namespace

std::string ToPageToken(std::string_view source, const ListQuery& query) {
  const std::string bound =
      base::Digest128(absl::StrCat(std::string(source), " ", query.page_size, " ", query.provisioned_product_id));
  return PackToken({kVersion, std::to_string(query.page_number), bound});
}

std::optional<int> PageOf(std::string_view token, std::string_view source, const ListQuery& query) {
  const std::optional<std::vector<std::string>> parts = UnpackToken(token, kVersion, 3);
  ListQuery page = query;
  // The first page has no token.
  if (!parts || !absl::SimpleAtoi((*parts)[1], &page.page_number) || page.page_number < 2) return std::nullopt;
  // One page has one token.
  if (ToPageToken(source, page) != token) return std::nullopt;
  return page.page_number;
}

}  // namespace taskgateway::tasks

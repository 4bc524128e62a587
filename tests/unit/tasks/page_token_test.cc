#include "gateway/tasks/page_token.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace taskgateway::tasks {
namespace {

ListQuery Query(int page, int size = 10, const std::string& product = "pp-1") {
  return {.provisioned_product_id = product, .page_number = page, .page_size = size};
}

TEST(PageTokenTest, ATokenLeadsToItsPage) {
  for (const int page : {2, 3, 17, 1'000'000}) EXPECT_EQ(PageOf(ToPageToken("sc", Query(page)), "sc", Query(1)), page);
}

TEST(PageTokenTest, EveryReplicaMakesTheSameToken) {
  EXPECT_EQ(ToPageToken("sc", Query(2)), "cDEgMiA2NTFiZTc5NTZkZjM4YzM2ZTc3NTBlNmY0NTc2NTJlNw");
}

TEST(PageTokenTest, ATokenIsBoundToSourceFilterAndPageSize) {
  const std::string token = ToPageToken("sc", Query(2));
  EXPECT_FALSE(PageOf(token, "other", Query(1)).has_value());
  EXPECT_FALSE(PageOf(token, "sc", Query(1, 20)).has_value());
  EXPECT_FALSE(PageOf(token, "sc", Query(1, 10, "pp-2")).has_value());
}

TEST(PageTokenTest, AMalformedTokenHasNoPage) {
  const std::string token = ToPageToken("sc", Query(2));
  const auto encoded = [](const char* text) { return absl::WebSafeBase64Escape(text); };
  for (const std::string& malformed :
       {std::string("x"), std::string("%%%"), token + "A", token.substr(1), encoded(""), encoded("l1"), encoded("l1 2"),
        encoded("w1 2 00000000000000000000000000000000"), encoded("l1 -2 00000000000000000000000000000000"),
        encoded("l1 99999999999 00000000000000000000000000000000"), std::string(1000, 'A'), std::string("\0", 1)}) {
    EXPECT_FALSE(PageOf(malformed, "sc", Query(1)).has_value()) << malformed;
  }
}

TEST(PageTokenTest, TheFirstPageHasNoToken) {
  EXPECT_FALSE(PageOf(ToPageToken("sc", Query(1)), "sc", Query(1)).has_value());
  EXPECT_FALSE(PageOf(ToPageToken("sc", Query(0)), "sc", Query(1)).has_value());
}

}  // namespace
}  // namespace taskgateway::tasks

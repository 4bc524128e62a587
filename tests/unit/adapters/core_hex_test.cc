#include <array>
#include <string>
#include <string_view>

#include "adapters/core/hex.h"
#include "gtest/gtest.h"

namespace taskgateway::core {
namespace {

TEST(HexTest, EveryByteIsTwoLowerCaseDigitsBehindWhatIsThere) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, 256> bytes;
  std::string expected = "0x";
  for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
    bytes[byte] = static_cast<unsigned char>(byte);
    expected.append({kDigits[byte / 16], kDigits[byte % 16]});
  }
  std::string text = "0x";
  AppendHex(bytes, &text);
  EXPECT_EQ(text, expected);
  AppendHex({}, &text);
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace taskgateway::core

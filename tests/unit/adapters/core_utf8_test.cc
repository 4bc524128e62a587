#include "adapters/core/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace taskgateway::core {
namespace {

struct Case {
  std::string_view text;
  std::string_view repaired;
};

class Utf8Test : public testing::TestWithParam<std::pair<const char*, Case>> {};

TEST_P(Utf8Test, ReplacesWhatIsNotUtf8AndNothingElse) {
  const auto& [text, expected] = GetParam().second;
  std::string out = "left over";
  const bool replaced = CopyUtf8(text, &out);
  EXPECT_EQ(out, expected);
  EXPECT_EQ(replaced, text != expected);
  EXPECT_EQ(IsUtf8(text), text == expected);
  EXPECT_TRUE(IsUtf8(out));
}

#define FFFD "\xEF\xBF\xBD"
INSTANTIATE_TEST_SUITE_P(
    Texts, Utf8Test,
    testing::Values(
        std::pair("empty", Case{"", ""}), std::pair("ascii", Case{"plain", "plain"}),
        std::pair("nul", Case{std::string_view("a\0b", 3), std::string_view("a\0b", 3)}),
        std::pair("two_bytes", Case{"\xC2\x80\xDF\xBF", "\xC2\x80\xDF\xBF"}),
        std::pair("three_bytes", Case{"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"}),
        std::pair("four_bytes", Case{"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"}),
        std::pair("lone_tail", Case{"a\x80z", "a" FFFD "z"}),
        std::pair("overlong_slash", Case{"\xC0\xAF", FFFD FFFD}),
        std::pair("overlong_three", Case{"\xE0\x80\xAF", FFFD FFFD FFFD}),
        std::pair("surrogate", Case{"\xED\xA0\x80", FFFD FFFD FFFD}),
        std::pair("beyond_unicode", Case{"\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD}),
        std::pair("impossible_bytes", Case{"\xFE\xFF", FFFD FFFD}),
        std::pair("cut_short_at_the_end", Case{"a\xE4\xB8", "a" FFFD}),
        std::pair("cut_short_in_the_middle", Case{"\xF0\x9F\x98x", FFFD "x"}),
        std::pair("far_behind_ascii", Case{"0123456789012345678901234567890123456789\xFF",
                                           "0123456789012345678901234567890123456789" FFFD})),
    [](const auto& test) { return std::string(test.param.first); });

TEST(CutUtf8Test, CutsAtACharacterBorder) {
  const std::string_view text = "a\xE4\xB8\xAD\xF0\x9F\x98\x80";  // 1 + 3 + 4 bytes
  const std::size_t sizes[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
  for (std::size_t limit = 0; limit < std::size(sizes); ++limit) {
    EXPECT_EQ(CutUtf8(text, limit), text.substr(0, sizes[limit])) << limit;
  }
}

TEST(CutUtf8Test, StaysWithinTheLimitForTextThatIsNotUtf8) {
  const std::string tails(100, '\x80');
  EXPECT_LE(CutUtf8(tails, 50).size(), 50U);
  EXPECT_GE(CutUtf8(tails, 50).size(), 47U);
}

}  // namespace
}  // namespace taskgateway::core

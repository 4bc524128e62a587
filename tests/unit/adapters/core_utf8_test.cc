#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "adapters/core/utf8.h"

namespace taskgateway::core {
namespace {

struct Case {
  const char* name;
  std::string_view text;
  std::string_view repaired;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class Utf8Test : public testing::TestWithParam<Case> {};

TEST_P(Utf8Test, ReplacesWhatIsNotUtf8AndNothingElse) {
  const auto& [name, text, expected] = GetParam();
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
    testing::Values(Case{"empty", "", ""}, Case{"ascii", "plain", "plain"},
                    Case{"nul", std::string_view("a\0b", 3), std::string_view("a\0b", 3)},
                    Case{"two_bytes", "\xC2\x80\xDF\xBF", "\xC2\x80\xDF\xBF"},
                    Case{"three_bytes", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"},
                    Case{"four_bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
                    Case{"lone_tail", "a\x80z", "a" FFFD "z"}, Case{"overlong_slash", "\xC0\xAF", FFFD FFFD},
                    Case{"overlong_three", "\xE0\x80\xAF", FFFD FFFD FFFD},
                    Case{"surrogate", "\xED\xA0\x80", FFFD FFFD FFFD},
                    Case{"beyond_unicode", "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},
                    Case{"impossible_bytes", "\xFE\xFF", FFFD FFFD},
                    Case{"cut_short_at_the_end", "a\xE4\xB8", "a" FFFD},
                    Case{"cut_short_in_the_middle", "\xF0\x9F\x98x", FFFD "x"},
                    Case{"far_behind_ascii", "0123456789012345678901234567890123456789\xFF",
                         "0123456789012345678901234567890123456789" FFFD}),
    [](const auto& test) { return std::string(test.param.name); });

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

#include "tools/taskctl/text.h"

#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

TEST(Visible, EscapeSequencesCannotRun) {
  EXPECT_EQ(Visible("\x1b[2J\x1b]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(Visible("a\x7f"
                    "b\xc2\x9b"
                    "31m"),
            "a\\x7fb\\x9b31m");
}

TEST(Visible, TextCannotBeReordered) { EXPECT_EQ(Visible("a\u202e\u2066z"), "a\\u{202e}\\u{2066}z"); }

TEST(Visible, KeepsLinesAndEveryScript) {
  EXPECT_EQ(Visible("没有权限\r\nÜbung\t🙂\n"), "没有权限\nÜbung 🙂\n");
}

TEST(Visible, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(Visible("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(Visible("\xc0\xaf"), "\\xc0\\xaf") << "an overlong form";
  EXPECT_EQ(Visible("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Visible("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(Visible("\xe2\x82"), "\\xe2\\x82") << "cut in the middle";
}

TEST(Visible, ALoneCarriageReturnCannotOverwriteALine) { EXPECT_EQ(Visible("failed\rfine"), "failed\\x0dfine"); }

TEST(VisibleLine, IsOneLine) { EXPECT_EQ(VisibleLine("  two\n\n  lines\there "), "two lines here"); }

TEST(WithoutColours, TakesColoursAndNothingElse) {
  EXPECT_EQ(WithoutColours("\x1b[1m\x1b[38;5;9mError\x1b[0m\x1b[m!"), "Error!");
  EXPECT_EQ(WithoutColours("\x1b[2J\x1b[1"), "\x1b[2J\x1b[1");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("Übung"), 5);
  EXPECT_EQ(DisplayWidth("没有权限"), 8);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
}

TEST(Cut, FitsTheColumnsAndSaysThatItCut) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdef", 5), "abcd…");
  EXPECT_EQ(Cut("没有权限", 6), "没有…");
  EXPECT_EQ(Cut("没有权限", 5), "没有…");
  EXPECT_EQ(Cut("没有权限", 4), "没…") << "half a character does not exist";
}

TEST(Cut, WithoutColumnsNothingIsCut) { EXPECT_EQ(Cut("abcdef", 0), "abcdef"); }

TEST(UtcTime, IsTheSameEverywhere) { EXPECT_EQ(UtcTime(absl::FromUnixMillis(1669023000999)), "2022-11-21T09:30:00Z"); }

TEST(Age, ShowsTheTwoGreatestUnits) {
  EXPECT_EQ(Age(absl::ZeroDuration()), "0s");
  EXPECT_EQ(Age(absl::Milliseconds(59999)), "59s");
  EXPECT_EQ(Age(absl::Seconds(60)), "1m");
  EXPECT_EQ(Age(absl::Seconds(250)), "4m10s");
  EXPECT_EQ(Age(absl::Minutes(185)), "3h5m");
  EXPECT_EQ(Age(absl::Hours(52) + absl::Minutes(59)), "2d4h");
  EXPECT_EQ(Age(-absl::Seconds(5)), "0s") << "a clock ahead of ours";
}

TEST(RelativeTo, TellsPastFromFuture) {
  const absl::Time now = absl::FromUnixSeconds(1000);
  EXPECT_EQ(RelativeTo(now - absl::Seconds(250), now), "4m10s ago");
  EXPECT_EQ(RelativeTo(now + absl::Seconds(5), now), "in 5s");
}

}  // namespace
}  // namespace taskgateway::taskctl

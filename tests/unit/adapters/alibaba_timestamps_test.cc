#include <gtest/gtest.h>

#include <utility>

#include "adapters/alibaba/timestamps.h"

namespace taskgateway::alibaba {
namespace {

const absl::Time kSample = absl::FromUnixSeconds(1665276363);  // 2022-10-09T00:46:03Z

TEST(ParseTimestampTest, ReadsWhatTheApisPrint) {
  EXPECT_EQ(ParseTimestamp("2022-10-09T00:46:03Z"), kSample);
  EXPECT_EQ(ParseTimestamp(" 2022-10-09T00:46:03Z\n"), kSample);
  EXPECT_EQ(ParseTimestamp("2022-10-09T00:46:03.5Z"), kSample + absl::Milliseconds(500));
  EXPECT_EQ(ParseTimestamp("2022-10-09T00:46:03.000000001Z"), kSample + absl::Nanoseconds(1));
  EXPECT_EQ(ParseTimestamp("1969-12-31T23:59:59Z"), absl::FromUnixSeconds(-1));
}

TEST(ParseTimestampTest, KnowsTheCalendar) {
  EXPECT_TRUE(ParseTimestamp("2024-02-29T00:00:00Z").has_value());
  EXPECT_FALSE(ParseTimestamp("2023-02-29T00:00:00Z").has_value());
  EXPECT_FALSE(ParseTimestamp("2023-04-31T00:00:00Z").has_value());
}

TEST(ParseTimestampTest, TakesTheYearsThatATimestampMessageHolds) {
  EXPECT_EQ(absl::ToUnixSeconds(*ParseTimestamp("0001-01-01T00:00:00Z")), -62135596800);
  EXPECT_EQ(absl::ToUnixSeconds(*ParseTimestamp("9999-12-31T23:59:59.999999999Z")), 253402300799);
  EXPECT_FALSE(ParseTimestamp("0000-12-31T23:59:59Z").has_value());
  EXPECT_FALSE(ParseTimestamp("10000-01-01T00:00:00Z").has_value());
}

TEST(ParseTimestampTest, TakesNothingElse) {
  for (const char* text : {"",
                           " ",
                           "0",
                           "2022-10-09",
                           "2022-10-09T00:46:03",
                           "2022-10-09 00:46:03Z",
                           "2022-10-09T00:46:03+08:00",
                           "2022-10-09T00:46Z",
                           "2022-13-09T00:46:03Z",
                           "2022-00-09T00:46:03Z",
                           "2022-10-00T00:46:03Z",
                           "2022-10-32T00:46:03Z",
                           "2022-10-09T24:00:00Z",
                           "2022-10-09T00:60:00Z",
                           "2022-10-09T00:00:60Z",
                           "2022-10-09T00:46:03.Z",
                           "2022-10-09T00:46:03ZZ",
                           "-022-10-09T00:46:03Z",
                           "2022-1-09T00:46:03Z",
                           "1665276363"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

TEST(FormatTimestampTest, IsWhatParseTimestampReads) {
  EXPECT_EQ(FormatTimestamp(kSample), "2022-10-09T00:46:03Z");
  EXPECT_EQ(FormatTimestamp(kSample + absl::Milliseconds(999)), "2022-10-09T00:46:03Z");
  EXPECT_EQ(FormatTimestamp(*ParseTimestamp("0987-06-05T04:03:02Z")), "0987-06-05T04:03:02Z");
}

TEST(ParseHttpDateTest, ReadsTheDateHeader) {
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), absl::FromUnixSeconds(784111777));
  EXPECT_EQ(ParseHttpDate("Sun, 09 Oct 2022 00:46:03 GMT"), kSample);
}

TEST(ParseHttpDateTest, TakesNothingElse) {
  for (const char* text :
       {"", "Sun", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "784111777"}) {
    EXPECT_FALSE(ParseHttpDate(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace taskgateway::alibaba

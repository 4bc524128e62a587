#include "tools/simulator/log_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rapidjson/document.h"
#include "tools/simulator/body.h"

namespace taskgateway::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// What a JSON reader makes of the escaped form, which is put into a body and read in pieces of `piece` bytes.
std::string Unescaped(LogSlice slice, std::size_t piece) {
  Body body("\"");
  body.Append(slice);
  body.Append("\"");
  std::string json;
  BodyReader reader(body);
  bool more = true;
  while (more) {
    std::string part;
    more = reader.Read(part, piece);
    json += part;
  }
  EXPECT_EQ(json.size(), body.size());
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  if (document.HasParseError()) return "not JSON: " + json;
  return {document.GetString(), document.GetStringLength()};
}

TEST(LogText, HasWhatMakesLogsHard) {
  const std::string log = PlainLog({.entry = 3, .bytes = 2000});
  EXPECT_THAT(log, HasSubstr("\n"));
  EXPECT_THAT(log, HasSubstr("\x1b["));
  EXPECT_THAT(log, HasSubstr("\""));
  EXPECT_THAT(log, HasSubstr("é"));
  EXPECT_THAT(log, HasSubstr("创"));
  EXPECT_THAT(log, HasSubstr("🚀"));
}

TEST(LogText, EveryCutIsValidJsonOfThePromisedSizeAndAPrefixOfTheNext) {
  const std::string whole = PlainLog({.entry = 7, .bytes = 1000});
  for (std::uint64_t bytes = 0; bytes <= 1000; ++bytes) {
    const LogSlice slice{.entry = 7, .bytes = bytes};
    const std::string log = PlainLog(slice);
    EXPECT_LE(log.size(), bytes);
    EXPECT_GT(log.size() + 4, bytes);
    EXPECT_THAT(whole, StartsWith(log));
    EXPECT_EQ(Unescaped(slice, 1 + bytes % 50), log);
  }
}

TEST(LogText, EntriesDiffer) { EXPECT_NE(PlainLog({.entry = 0, .bytes = 100}), PlainLog({.entry = 1, .bytes = 100})); }

TEST(LogText, SizeOfALargeLogIsRight) {
  const LogSlice slice{.entry = 0, .bytes = 3'000'001};
  Body body;
  body.Append(slice);
  EXPECT_EQ(body.ToString().size(), EscapedLogSize(slice));
  EXPECT_EQ(Unescaped(slice, 64 << 10), PlainLog(slice));
}

}  // namespace
}  // namespace taskgateway::simulator

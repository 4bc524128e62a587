#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_reader.h"

namespace taskgateway::core {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string_view ViewOf(const JsonValue& string) { return {string.GetString(), string.GetStringLength()}; }

absl::StatusCode CodeOf(std::string text) { return JsonDocument::Parse(std::move(text)).status().code(); }

// The value of `text` alone in an array.
class Parsed {
 public:
  explicit Parsed(const std::string& text) : document_(JsonDocument::Parse("[" + text + "]")) {}
  const JsonValue& value() const { return document_.value().root()[0]; }
  bool repaired() const { return document_.value().repaired(); }
  std::string text() const { return {value().GetString(), value().GetStringLength()}; }

 private:
  absl::StatusOr<JsonDocument> document_;
};

TEST(JsonDocumentTest, ReadsEveryTypeOfValue) {
  const auto document = JsonDocument::Parse(R"( {"a":[null,true,false,1,1.5,"x"],"b":{}} )");
  ASSERT_TRUE(document.ok()) << document.status();
  const JsonValue& array = document->root()["a"];
  EXPECT_TRUE(array[0].IsNull());
  EXPECT_TRUE(array[1].IsTrue());
  EXPECT_TRUE(array[2].IsFalse());
  EXPECT_EQ(array[3].GetInt64(), 1);
  EXPECT_EQ(array[4].GetDouble(), 1.5);
  EXPECT_STREQ(array[5].GetString(), "x");
  EXPECT_TRUE(document->root()["b"].ObjectEmpty());
}

// Strings are read many bytes at a time: what ends such a run may stand at any place of it, the document at any place
// behind, and after an escape the text moves.
TEST(JsonDocumentTest, ReadsStringsOfEveryLength) {
  struct Special {
    std::string_view escaped, means;
  };
  for (const Special special :
       {Special{"", ""}, {R"(\n)", "\n"}, {R"(\")", "\""}, {R"(\u00e9)", "é"}, {"é", "é"}, {"\x7f", "\x7f"}}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t behind = 0; behind < 40; ++behind) {
        const std::string head(before, 'a');
        const std::string tail(behind, '~');
        const auto document = JsonDocument::Parse(absl::StrCat("\"", head, std::string(special.escaped), tail, "\""));
        ASSERT_TRUE(document.ok()) << document.status();
        ASSERT_EQ(ViewOf(document->root()), absl::StrCat(head, std::string(special.means), tail));
      }
    }
  }
}

TEST(JsonDocumentTest, RepairsTextAtEveryPlace) {
  for (const std::string_view broken : {R"(\ud800)", R"(\uDFFF)", "\xff"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      for (std::size_t behind = 0; behind < 40; ++behind) {
        const std::string head(before, 'a');
        const std::string tail(behind, '~');
        const auto document = JsonDocument::Parse(absl::StrCat("\"", head, std::string(broken), tail, "\""));
        ASSERT_TRUE(document.ok()) << document.status();
        ASSERT_TRUE(document->repaired());
        ASSERT_EQ(ViewOf(document->root()), absl::StrCat(head, "\uFFFD", tail));
      }
    }
  }
}

TEST(JsonDocumentTest, FindsControlCharactersAndMissingEndsAtEveryPlace) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string text = "\"" + std::string(before, 'a');
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << before;
    for (const char control : {'\0', '\x01', '\n', '\x1f'}) {
      EXPECT_EQ(CodeOf(text + control + "bcdefghijklmnopqrst\""), absl::StatusCode::kInvalidArgument) << before;
    }
  }
}

TEST(JsonDocumentTest, KeepsItsTextWhenMoved) {
  JsonDocument first = *JsonDocument::Parse(R"(["short"])");
  JsonDocument second = std::move(first);
  EXPECT_STREQ(second.root()[0].GetString(), "short");
  JsonDocument third = *JsonDocument::Parse("[]");
  third = std::move(second);
  EXPECT_STREQ(third.root()[0].GetString(), "short");
}

TEST(JsonDocumentTest, TakesAValueOfAnyTypeAsRoot) {
  for (const char* text : {"null", "true", "1", "\"x\"", "[]", "{}"})
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kOk) << text;
}

TEST(JsonDocumentTest, RefusesWhatIsNotOneJsonValue) {
  for (const char* text :
       {"",    " ",   "{",   "}",        "[1,]",      "{\"a\":1,}",      "{a:1}",  "'x'",   "[1] [2]",   "[1]x",
        "nul", "tru", "\"a", "\"\\x\"",  "\"\\u12\"", "\"tab\tinside\"", "01",     "+1",    ".5",        "1.",
        "1e",  "-",   "NaN", "Infinity", "-Infinity", "// comment\n1",   "<html>", "[1 2]", "{\"a\" 1}", "{1:2}"}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(JsonDocumentTest, AnErrorTellsReasonAndPlaceButNoText) {
  const absl::Status status = JsonDocument::Parse(R"({"password":"hunter2",})").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("(byte 22)"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

TEST(JsonDocumentTest, SkipsAByteOrderMark) {
  const auto document = JsonDocument::Parse("\xEF\xBB\xBF{\"a\":1}");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->root()["a"].GetInt64(), 1);
  EXPECT_EQ(CodeOf("\xEF\xBB\xBF"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("\xEF\xBB\xBF\xEF\xBB\xBF{}"), absl::StatusCode::kInvalidArgument);
}

TEST(JsonDocumentTest, RefusesRawNulBytesWhereverTheyStand) {
  const std::string nul(1, '\0');
  for (const std::string& text :
       {nul, nul + "{}", "{}" + nul, "{}" + nul + "{}", "[1," + nul + "2]", "\"a" + nul + "b\""}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << testing::PrintToString(text);
  }
}

TEST(JsonDocumentTest, KeepsEscapedNulCharacters) { EXPECT_EQ(Parsed(R"("a\u0000b")").text(), std::string("a\0b", 3)); }

TEST(JsonDocumentTest, ReplacesBytesThatAreNotUtf8) {
  const Parsed parsed("\"a\xFF\x80z\xE2\\n\"");
  EXPECT_EQ(parsed.text(), "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\n");
  EXPECT_TRUE(parsed.repaired());
  EXPECT_FALSE(Parsed("\"\xE2\x82\xAC\"").repaired());
  EXPECT_EQ(CodeOf("[\xFF]"), absl::StatusCode::kInvalidArgument);
}

TEST(JsonDocumentTest, WhatRepairMakesLongerKeepsTheBudget) {
  const std::string text = '"' + std::string(100, '\xFF') + '"';
  EXPECT_TRUE(JsonDocument::Parse(text, {.max_bytes = 302}).ok());
  EXPECT_EQ(JsonDocument::Parse(text, {.max_bytes = 301}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(JsonDocumentTest, FindsWhatIsSuspectAnywhereInALongText) {
  for (const std::size_t before : {0u, 1u, 4090u, 4091u, 4092u, 4093u, 4094u, 4095u, 4096u, 8191u, 9000u}) {
    for (const std::size_t behind : {0u, 1u, 5000u}) {
      const std::string front(before, 'x');
      const std::string back(behind, 'y');
      EXPECT_EQ(Parsed('"' + front + "\\uDE00" + back + '"').text(), front + "\xEF\xBF\xBD" + back) << before;
      EXPECT_EQ(Parsed('"' + front + "\xFF" + back + '"').text(), front + "\xEF\xBF\xBD" + back) << before;
    }
  }
}

TEST(JsonDocumentTest, ItsTextOutlivesIt) {
  std::optional<JsonDocument> document = *JsonDocument::Parse(R"({"a":"one\ttwo and more"})");
  const JsonValue& value = *FindMember(document->root(), "a");
  const std::string_view view(value.GetString(), value.GetStringLength());
  const std::string text = (*std::move(document)).TakeText();
  document.reset();
  EXPECT_EQ(view, "one\ttwo and more");
  EXPECT_TRUE(view.data() > text.data() && view.data() + view.size() < text.data() + text.size());
}

struct SurrogateCase {
  const char* escaped;
  const char* text;
  bool repaired;
};

TEST(JsonDocumentTest, ReplacesLoneSurrogateEscapes) {
  const SurrogateCase cases[] = {
      {R"("\ud83d\ude00")", "\xF0\x9F\x98\x80", false},
      {R"("\uD83D\uDE00")", "\xF0\x9F\x98\x80", false},
      {R"("\ud83d")", "\xEF\xBF\xBD", true},
      {R"("\ude00")", "\xEF\xBF\xBD", true},
      {R"("\uD83Dx")", "\xEF\xBF\xBDx", true},
      {R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD", true},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80", true},
      {R"("\ud83d\n")", "\xEF\xBF\xBD\n", true},
      {R"("\ud83d\u0041")",
       "\xEF\xBF\xBD"
       "A",
       true},
      {R"("\\ud83d")", "\\ud83d", false},
      {R"("\\\ud83d")", "\\\xEF\xBF\xBD", true},
      {R"("\ud7ff\ue000")", "\xED\x9F\xBF\xEE\x80\x80", false},
  };
  for (const SurrogateCase& test : cases) {
    const Parsed parsed(test.escaped);
    EXPECT_EQ(parsed.text(), test.text) << test.escaped;
    EXPECT_EQ(parsed.repaired(), test.repaired) << test.escaped;
  }
}

TEST(JsonDocumentTest, RefusesBrokenEscapesNextToSurrogates) {
  for (const char* text : {R"("\ud83)", R"("\ud83d\u12)", R"("\ud8zz")", R"("\ud83d\)", R"("\)"}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(JsonDocumentTest, KeepsIntegersWithin2To53AsIntegers) {
  EXPECT_EQ(Parsed("0").value().GetInt64(), 0);
  EXPECT_EQ(Parsed("-1").value().GetInt64(), -1);
  EXPECT_EQ(Parsed("9007199254740992").value().GetInt64(), std::int64_t{1} << 53);
  EXPECT_EQ(Parsed("-9007199254740992").value().GetInt64(), -(std::int64_t{1} << 53));
}

TEST(JsonDocumentTest, KeepsTheTextOfNumbersThatADoubleCannotPrintBack) {
  for (const char* text :
       {"9007199254740993", "-9007199254740993", "18446744073709551616", "100000000000000000000",
        "0.1000000000000000055511151231257827", "1e-400", "5e-324", "2.2e-310", "123456789012345.67"}) {
    const Parsed parsed(text);
    ASSERT_TRUE(parsed.value().IsString()) << text;
    EXPECT_EQ(parsed.text(), text);
  }
}

TEST(JsonDocumentTest, KeepsOtherNumbersAsDoubles) {
  const std::pair<const char*, double> cases[] = {
      {"0.1", 0.1},     {"1.0", 1.0},    {"1e2", 100.0},
      {"-0.0", -0.0},   {"0e9", 0.0},    {"1.50000000000000000000", 1.5},
      {"1E+2", 100.0},  {"25e-1", 2.5},  {"123456789.012345", 123456789.012345},
      {"1e308", 1e308}, {"100e-2", 1.0}, {"0.000000000000000000000000012", 1.2e-26}};
  for (const auto& [text, value] : cases) {
    const Parsed parsed(text);
    ASSERT_TRUE(parsed.value().IsDouble()) << text;
    EXPECT_EQ(parsed.value().GetDouble(), value) << text;
  }
}

TEST(JsonDocumentTest, KeepsTheSignOfZero) {
  const Parsed parsed("-0");
  ASSERT_TRUE(parsed.value().IsDouble());
  EXPECT_TRUE(std::signbit(parsed.value().GetDouble()));
}

TEST(JsonDocumentTest, RefusesNumbersBeyondTheRangeOfADouble) {
  for (const std::string& text :
       {std::string("1e309"), std::string("1e400"), std::string("-1e99999999999999999999"), std::string(400, '9')}) {
    EXPECT_EQ(CodeOf(text), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(JsonDocumentTest, FindsMembersExactlyFirstThenInAnyLetterCase) {
  const JsonDocument document = *JsonDocument::Parse(R"({"taskid":1,"TASKID":2,"taskId":3,"taskId":4})");
  EXPECT_EQ(FindMember(document.root(), "taskId")->GetInt64(), 3);
  EXPECT_EQ(FindMember(document.root(), "TASKID")->GetInt64(), 2);
  EXPECT_EQ(FindMember(document.root(), "TaskId")->GetInt64(), 1);
  EXPECT_EQ(FindMember(document.root(), "task"), nullptr);
  EXPECT_EQ(FindMember(*FindMember(document.root(), "taskId"), "x"), nullptr);
}

TEST(JsonDocumentTest, LetterCaseIsAsciiOnly) {
  const JsonDocument document = *JsonDocument::Parse(R"({"a[":1,"\u00c4":2})");
  EXPECT_EQ(FindMember(document.root(), "A{"), nullptr);
  EXPECT_EQ(FindMember(document.root(), "\xC3\xA4"), nullptr);
}

}  // namespace
}  // namespace taskgateway::core

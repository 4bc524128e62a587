#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_reader.h"

namespace taskgateway::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// `KIND field: message` of each warning.
std::vector<std::string> WarningsOf(const v1::Task& task) {
  std::vector<std::string> warnings;
  for (const v1::TaskWarning& warning : task.warnings()) {
    warnings.push_back(
        absl::StrCat(v1::TaskWarning::Kind_Name(warning.kind()), " ", warning.field(), ": ", warning.message()));
  }
  return warnings;
}

class FieldReaderTest : public testing::Test {
 protected:
  FieldReader Reader(const char* json) {
    document_.emplace(*JsonDocument::Parse(json));
    return FieldReader(&document_->root(), "task", &task_);
  }

  std::optional<JsonDocument> document_;
  v1::Task task_;
};

TEST_F(FieldReaderTest, TextIsReadWithoutAWarning) {
  FieldReader reader = Reader(R"({"a":" x\n","b":""})");
  EXPECT_EQ(reader.Required("a"), " x\n");
  EXPECT_EQ(reader.Required("b"), "");
  EXPECT_EQ(reader.Optional("a"), " x\n");
  EXPECT_THAT(WarningsOf(task_), IsEmpty());
}

TEST_F(FieldReaderTest, AMissingOrNullFieldIsAWarningOnlyWhenRequired) {
  FieldReader reader = Reader(R"({"null":null})");
  EXPECT_EQ(reader.Optional("null"), "");
  EXPECT_EQ(reader.Optional("none"), "");
  EXPECT_THAT(WarningsOf(task_), IsEmpty());
  EXPECT_EQ(reader.Required("null"), "");
  EXPECT_EQ(reader.Required("none"), "");
  EXPECT_THAT(WarningsOf(task_), ElementsAre("FIELD_MALFORMED task.null: null", "FIELD_MALFORMED task.none: missing"));
}

TEST_F(FieldReaderTest, NumbersAndBooleansGiveTheirTextWithAWarning) {
  FieldReader reader = Reader(R"({"i":12,"d":0.5,"b":true})");
  EXPECT_EQ(reader.Required("i"), "12");
  EXPECT_EQ(reader.Required("d"), "0.5");
  EXPECT_EQ(reader.Optional("b"), "true");
  EXPECT_THAT(WarningsOf(task_),
              ElementsAre("FIELD_MALFORMED task.i: not a string", "FIELD_MALFORMED task.d: not a string",
                          "FIELD_MALFORMED task.b: not a string"));
}

TEST_F(FieldReaderTest, ObjectsAndArraysAreNoText) {
  FieldReader reader = Reader(R"({"o":{"x":1},"a":["x"]})");
  EXPECT_EQ(reader.Required("o"), "");
  EXPECT_EQ(reader.Optional("a"), "");
  EXPECT_THAT(WarningsOf(task_),
              ElementsAre("FIELD_MALFORMED task.o: not a string", "FIELD_MALFORMED task.a: not a string"));
}

TEST_F(FieldReaderTest, AMissingObjectIsOneWarningHoweverManyFieldsAreAskedFor) {
  FieldReader reader(nullptr, "task", &task_);
  EXPECT_EQ(reader.Required("a"), "");
  EXPECT_EQ(reader.Required("b"), "");
  EXPECT_EQ(reader.Array("c"), nullptr);
  EXPECT_EQ(reader.Find("d"), nullptr);
  EXPECT_THAT(WarningsOf(task_), ElementsAre("FIELD_MALFORMED task: missing"));
}

TEST_F(FieldReaderTest, AnythingButAnObjectIsOneWarningToo) {
  FieldReader reader = Reader("[1]");
  EXPECT_EQ(reader.Required("a"), "");
  EXPECT_THAT(WarningsOf(task_), ElementsAre("FIELD_MALFORMED task: not an object"));
}

TEST_F(FieldReaderTest, AnArrayMayBeMissingOrNullButNothingElse) {
  FieldReader reader = Reader(R"({"a":[1],"n":null,"t":"x"})");
  ASSERT_NE(reader.Array("a"), nullptr);
  EXPECT_EQ(reader.Array("a")->Size(), 1U);
  EXPECT_EQ(reader.Array("n"), nullptr);
  EXPECT_EQ(reader.Array("none"), nullptr);
  EXPECT_THAT(WarningsOf(task_), IsEmpty());
  EXPECT_EQ(reader.Array("t"), nullptr);
  EXPECT_THAT(WarningsOf(task_), ElementsAre("FIELD_MALFORMED task.t: not an array"));
}

TEST_F(FieldReaderTest, PathsOfTheRootHaveNoPrefix) {
  FieldReader reader(&JsonDocument::Parse("{}")->root(), "", &task_);
  EXPECT_EQ(reader.PathOf("requestId"), "requestId");
}

TEST(AddWarningTest, KeepsEqualOnesOnceAndAtMost32) {
  v1::Task task;
  for (int i = 0; i < 3; ++i) AddWarning(&task, v1::TaskWarning::TRUNCATED, "f", "m");
  AddWarning(&task, v1::TaskWarning::TRUNCATED, "f", "another");
  EXPECT_EQ(task.warnings_size(), 2);
  for (int i = 0; i < 100; ++i) AddWarning(&task, v1::TaskWarning::TRUNCATED, absl::StrCat("f", i), "m");
  EXPECT_EQ(task.warnings_size(), 32);
}

TEST(TextOfTest, PrintsWhatIsNotAString) {
  const JsonDocument document = *JsonDocument::Parse(R"([{"a":[1,null,-0.5,9007199254740993,"\u0001"]},"text"])");
  std::string printed;
  EXPECT_EQ(TextOf(document.root()[0], &printed), R"({"a":[1,null,-0.5,"9007199254740993","\u0001"]})");
  EXPECT_EQ(TextOf(document.root()[1], &printed), "text");
}

TEST(TextOfTest, CutsWhatItPrintsAtACharacter) {
  const JsonDocument document = *JsonDocument::Parse(R"(["\u20ac\u20ac"])");
  std::string printed;
  EXPECT_EQ(TextOf(document.root(), &printed, 7), "[\"\xE2\x82\xAC");
}

TEST(ToStructTest, KeepsEveryValue) {
  const JsonDocument document = *JsonDocument::Parse(
      R"({"s":"x","n":null,"b":true,"i":-7,"big":9007199254740993,"d":0.25,"z":-0,"a":[1,{"o":"p"}],"o":{"k":"v"}})");
  google::protobuf::Struct out;
  ToStruct(document.root(), &out);
  const auto& fields = out.fields();
  EXPECT_EQ(fields.size(), 9U);
  EXPECT_EQ(fields.at("s").string_value(), "x");
  EXPECT_TRUE(fields.at("n").has_null_value());
  EXPECT_TRUE(fields.at("b").bool_value());
  EXPECT_EQ(fields.at("i").number_value(), -7);
  EXPECT_EQ(fields.at("big").string_value(), "9007199254740993");
  EXPECT_EQ(fields.at("d").number_value(), 0.25);
  EXPECT_TRUE(std::signbit(fields.at("z").number_value()));
  EXPECT_EQ(fields.at("a").list_value().values(1).struct_value().fields().at("o").string_value(), "p");
  EXPECT_EQ(fields.at("o").struct_value().fields().at("k").string_value(), "v");
}

TEST(ToStructTest, TakesTheFirstOfEqualKeys) {
  const JsonDocument document = *JsonDocument::Parse("{\"\xFF\":\"\xFE\",\"a\":1,\"a\":2}");
  google::protobuf::Struct out;
  ToStruct(document.root(), &out);
  EXPECT_EQ(out.fields().at("\xEF\xBF\xBD").string_value(), "\xEF\xBF\xBD");
  EXPECT_EQ(out.fields().at("a").number_value(), 1);
}

}  // namespace
}  // namespace taskgateway::core

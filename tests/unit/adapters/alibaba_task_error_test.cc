#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "adapters/alibaba/task_error.h"

namespace taskgateway::alibaba {
namespace {

// `text` as a JSON string, for what is buried in what.
std::string Quoted(const std::string& text) {
  return "\"" + absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}) + "\"";
}

struct Decoded {
  v1::TaskError error;
  bool repaired = false;
};

// Decodes the error whose message is the JSON value `json`.
Decoded Decode(const std::string& code, const std::string& json) {
  const auto document = core::JsonDocument::Parse(json);
  EXPECT_TRUE(document.ok()) << document.status();
  Decoded decoded;
  decoded.repaired = DecodeTaskError(code, document.ok() ? &document->root() : nullptr, &decoded.error);
  return decoded;
}

void ExpectRoot(const v1::TaskError& error, const char* code, const char* message, const char* request_id) {
  EXPECT_EQ(error.root_code(), code);
  EXPECT_EQ(error.root_message(), message);
  EXPECT_EQ(error.root_request_id(), request_id);
}

constexpr char kDocument[] =
    R"({"requestId": "123", "errorCode": "InvalidRamUser.NoPermission", "errorMsg": "Ram user is not authorized."})";

TEST(TaskErrorTest, DecodesADocumentInAString) {
  const v1::TaskError error = Decode("OperationFailure.OperationFailed", Quoted(kDocument)).error;
  EXPECT_EQ(error.source_code(), "OperationFailure.OperationFailed");
  EXPECT_EQ(error.message(), kDocument);
  ExpectRoot(error, "InvalidRamUser.NoPermission", "Ram user is not authorized.", "123");
  EXPECT_EQ(error.code(), 7);
  EXPECT_FALSE(error.partial());
  EXPECT_FALSE(error.retryable());
}

TEST(TaskErrorTest, DecodesADocumentThatIsAnObject) {
  const v1::TaskError error = Decode("OperationFailure.OperationFailed", kDocument).error;
  ExpectRoot(error, "InvalidRamUser.NoPermission", "Ram user is not authorized.", "123");
  EXPECT_EQ(error.message(), absl::StrReplaceAll(kDocument, {{": ", ":"}, {", ", ","}}));
}

TEST(TaskErrorTest, TellsALongObjectInFull) {
  const std::string text(20'000, 'x');
  const v1::TaskError error = Decode("C", R"({"errorCode":"D","errorMsg":")" + text + "\"}").error;
  EXPECT_EQ(error.root_message(), text);
  EXPECT_TRUE(error.message().ends_with("xxx\"}")) << "the object is not cut";
}

TEST(TaskErrorTest, KeepsTheTextOfABrokenDocument) {
  const std::string broken = R"({"requestId": "123", "errorCode": "Inval)";
  const v1::TaskError error = Decode("OperationFailure.OperationFailed", Quoted(broken)).error;
  EXPECT_EQ(error.message(), broken);
  ExpectRoot(error, "", "", "");
  EXPECT_EQ(error.code(), 2);
}

TEST(TaskErrorTest, KeepsPlainText) {
  const v1::TaskError error = Decode("", Quoted("Resource CREATE failed: terraform stack failure...")).error;
  EXPECT_EQ(error.source_code(), "");
  EXPECT_EQ(error.message(), "Resource CREATE failed: terraform stack failure...");
  ExpectRoot(error, "", "", "");
  EXPECT_EQ(error.code(), 2);
}

TEST(TaskErrorTest, ReadsBuriedKeysInEverySpelling) {
  for (const char* document :
       {R"({"requestId":"r","errorCode":"c","errorMsg":"m"})", R"({"RequestId":"r","Code":"c","Message":"m"})",
        R"({"requestid":"r","code":"c","message":"m"})", R"({"REQUESTID":"r","ERRORCODE":"c","ERRORMSG":"m"})",
        R"({"requestId":" r","Code":" c\n","message":"m "})"}) {
    ExpectRoot(Decode("", document).error, "c", "m", "r");
    ExpectRoot(Decode("", Quoted(document)).error, "c", "m", "r");
  }
}

TEST(TaskErrorTest, TakesWhatAnIncompleteDocumentHas) {
  ExpectRoot(Decode("", R"({"errorCode":"c"})").error, "c", "", "");
  ExpectRoot(Decode("", R"({"errorMsg":"m","errorCode":null})").error, "", "m", "");
  ExpectRoot(Decode("", R"({"errorCode":404})").error, "404", "", "");
  ExpectRoot(Decode("", R"({"other":"x"})").error, "", "", "");
}

TEST(TaskErrorTest, FollowsDocumentsInsideDocumentsThreeDeepAndNoFurther) {
  const auto wrap = [](const std::string& code, const std::string& inner) {
    return R"({"errorCode":")" + code + R"(","errorMsg":)" + Quoted(inner) + "}";
  };
  const std::string three = wrap("one", wrap("two", R"({"errorCode":"three","errorMsg":"deep","requestId":"r3"})"));
  ExpectRoot(Decode("", Quoted(three)).error, "three", "deep", "r3");
  ExpectRoot(Decode("", three).error, "three", "deep", "r3");
  const std::string five = wrap("one", wrap("two", wrap("three", wrap("four", R"({"errorCode":"five"})"))));
  EXPECT_EQ(Decode("", Quoted(five)).error.root_code(), "three");
  EXPECT_EQ(Decode("", five).error.root_code(), "three");
}

TEST(TaskErrorTest, FollowsObjectsInsideDocumentsTheSameWay) {
  ExpectRoot(Decode("", R"({"errorCode":"one","requestId":"r1","errorMsg":{"Code":"two","Message":"m"}})").error, "two",
             "m", "r1");
  const std::string deep = R"({"Code":"1","Message":{"Code":"2","Message":{"Code":"3","Message":{"Code":"4"}}}})";
  EXPECT_EQ(Decode("", deep).error.root_code(), "3");
}

TEST(TaskErrorTest, FollowsADocumentThatWasQuotedTwice) {
  ExpectRoot(Decode("", Quoted(Quoted(kDocument))).error, "InvalidRamUser.NoPermission", "Ram user is not authorized.",
             "123");
}

TEST(TaskErrorTest, WhatOnlyTheOuterDocumentSaysStays) {
  const v1::TaskError error =
      Decode("", R"({"errorCode":"outer","requestId":"r","errorMsg":"{\"errorCode\":\"inner\"}"})").error;
  ExpectRoot(error, "inner", R"({"errorCode":"inner"})", "r");
}

TEST(TaskErrorTest, ALeftOutMessageIsEmpty) {
  v1::TaskError error;
  DecodeTaskError("Quota.Exceeded", nullptr, &error);
  EXPECT_EQ(error.message(), "");
  EXPECT_EQ(error.code(), 8);
  EXPECT_EQ(Decode("", "null").error.message(), "");
  EXPECT_EQ(Decode("", "null").error.code(), 2);
}

TEST(TaskErrorTest, MarksPartialFailures) {
  EXPECT_TRUE(Decode("OperationFailure.PartialOperationFailed", "\"\"").error.partial());
  EXPECT_TRUE(Decode(" operationfailure.partialoperationfailed", "\"\"").error.partial());
}

TEST(TaskErrorTest, MarksWhatMaySucceedAnotherTimeAsRetryable) {
  EXPECT_TRUE(Decode("", R"({"errorCode":"Throttling.User"})").error.retryable());
  EXPECT_TRUE(Decode("", R"({"errorCode":"ServiceUnavailable"})").error.retryable());
  EXPECT_FALSE(Decode("", R"({"errorCode":"InternalError"})").error.retryable());
}

TEST(TaskErrorTest, SaysWhenTextOfABuriedDocumentWasRepaired) {
  const Decoded decoded = Decode("", Quoted(R"({"errorMsg":"\ud83d"})"));
  EXPECT_TRUE(decoded.repaired);
  EXPECT_EQ(decoded.error.root_message(), "\xEF\xBF\xBD");
  EXPECT_FALSE(Decode("OperationFailure.OperationFailed", Quoted(kDocument)).repaired);
}

TEST(TaskErrorTest, KeepsCodeAndMessageAsTheyCame) {
  const v1::TaskError error = Decode(" Quota.Exceeded\n", "\" two words \"").error;
  EXPECT_EQ(error.source_code(), " Quota.Exceeded\n");
  EXPECT_EQ(error.message(), " two words ");
  EXPECT_EQ(error.code(), 8);
}

TEST(CodeOfWordTest, IsTheContractsTable) {
  const std::pair<const char*, int> rows[] = {
      {"InvalidRamUser.NoPermission", 7},
      {"NoPermission", 7},
      {"InvalidInstanceId.NotFound", 5},
      {"ResourceNotFound", 5},
      {"InvalidParameter", 3},
      {"Invalid", 3},
      {"MissingName", 3},
      {"MissingParameter.RegionId", 3},
      {"QuotaExceeded.Instance", 8},
      {"InstanceQuotaExceed", 8},
      {"InvalidOperation.QuotaFull", 8},
      {"Quota", 8},
      {"Throttling", 8},
      {"Throttling.User", 8},
      {"Rejected.Throttling", 8},
      {"IncorrectStatus", 9},
      {"IncorrectStatus.Instance", 9},
      {"OperationConflict", 9},
      {"InternalError", 13},
      {"InternalFailure", 13},
      {"ServiceUnavailable", 14},
      {"", 2},
      {"OperationFailure.OperationFailed", 2},
      {"SomethingNew", 2},
      {"NotInvalid", 2},
  };
  for (const auto& [word, code] : rows) {
    EXPECT_EQ(CodeOfWord(word), code) << word;
    EXPECT_EQ(CodeOfWord(absl::AsciiStrToLower(word)), code) << word;
    EXPECT_EQ(CodeOfWord(" " + std::string(word) + "\n"), code) << word;
  }
}

TEST(CodeOfWordTest, ALongWordCountsToItsEnd) {
  EXPECT_EQ(CodeOfWord("Invalid" + std::string(1000, 'x') + ".NotFound"), 5);
}

TEST(CodeOfWordTest, TheRootsWordCountsWhereThereIsOne) {
  EXPECT_EQ(Decode("InternalError", R"({"errorCode":"InvalidName"})").error.code(), 3);
  EXPECT_EQ(Decode("InternalError", R"({"errorMsg":"m"})").error.code(), 13);
}

}  // namespace
}  // namespace taskgateway::alibaba

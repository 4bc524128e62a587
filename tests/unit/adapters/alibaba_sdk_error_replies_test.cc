// The replies that the official Node clients were run against, read by us: where the client read something, we read the
// same; where it threw a bare syntax error, we keep the HTTP status and say what it means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "adapters/alibaba/error_reply.h"
#include "adapters/core/json_reader.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::alibaba {
namespace {

constexpr TaskRef kRef{.name = "sources/s/tasks/t", .host = "h"};

struct SdkCase {
  const char* name;  // `case` of sdk_error_behaviour.json
  core::HttpResponse response;
  const char* reason;  // of the status; empty: no error
  Signal signal = Signal::kNone;
};
void PrintTo(const SdkCase& test, std::ostream* out) { *out << test.name; }

const std::vector<SdkCase>& Cases() {
  static const auto* const cases = new std::vector<SdkCase>{
      {"rpc 400 gateway full",
       {400,
        {},
        R"({"RequestId":"R1","HostId":"servicecatalog.cn-hangzhou.aliyuncs.com","Code":"InvalidTimeStamp.Expired",)"
        R"("Message":"Specified time stamp or date value is expired.","Recommend":"https://api.aliyun.com/troubleshoot"})"},
       "UPSTREAM_MISCONFIGURED",
       Signal::kClockSkew},
      {"rpc 404 InvalidAccessKeyId.NotFound",
       {404,
        {},
        R"({"RequestId":"R1","HostId":"h","Code":"InvalidAccessKeyId.NotFound","Message":"Specified access key is not found."})"},
       "UPSTREAM_CREDENTIALS_REJECTED",
       Signal::kCredentialsRejected},
      {"rpc 403 NoPermission with AccessDeniedDetail",
       {403,
        {},
        R"({"RequestId":"R1","HostId":"h","Code":"NoPermission","Message":"You are not authorized to do this action.",)"
        R"("AccessDeniedDetail":{"PolicyType":"AccountLevelIdentityBasedPolicy","AuthAction":"servicecatalog:GetTask"}})"},
       "UPSTREAM_PERMISSION_DENIED"},
      {"rpc 400 Throttling.User no header",
       {400,
        {},
        R"({"RequestId":"R1","HostId":"h","Code":"Throttling.User","Message":"Request was denied due to user flow control."})"},
       "UPSTREAM_THROTTLED",
       Signal::kThrottled},
      {"rpc 429 Throttling.Api + x-acs-retry-after 250",
       {429,
        {{"x-acs-retry-after", "250"}},
        R"({"RequestId":"R1","HostId":"h","Code":"Throttling.Api","Message":"Request was denied due to api flow control."})"},
       "UPSTREAM_THROTTLED",
       Signal::kThrottled},
      {"rpc 503 ServiceUnavailable",
       {503,
        {},
        R"({"RequestId":"R1","HostId":"h","Code":"ServiceUnavailable",)"
        R"("Message":"The request has failed due to a temporary failure of the server."})"},
       "UPSTREAM_ERROR",
       Signal::kTransient},
      {"rpc 503 ServiceUnavailable + x-acs-retry-after",
       {503, {{"x-acs-retry-after", "100"}}, R"({"RequestId":"R1","Code":"ServiceUnavailable","Message":"m"})"},
       "UPSTREAM_ERROR",
       Signal::kTransient},
      {"rpc 500 InternalError",
       {500, {}, R"({"RequestId":"R1","Code":"InternalError","Message":"A system error occurred."})"},
       "UPSTREAM_ERROR",
       Signal::kTransient},
      {"roa 400 lowercase",
       {400, {}, R"({"requestId":"r1","code":"InvalidTask.NotFound","message":"The specified task does not exist."})"},
       "TASK_NOT_FOUND"},
      {"roa 400 capital",
       {400,
        {},
        R"({"RequestId":"R1","HostId":"cloudcontrol.aliyuncs.com","Code":"InvalidTask.NotFound",)"
        R"("Message":"The specified task does not exist.","Recommend":"u"})"},
       "TASK_NOT_FOUND"},
      {"roa 400 mixed (troubleshooting page shape)",
       {400,
        {},
        R"({"requestId":"r1","Code":"OperationFailure.OperationFailed",)"
        R"("Message":"{\"requestId\":\"d1\",\"errorCode\":\"MissingName\",\"errorMsg\":\"Name is mandatory for this action.\"}"})"},
       "UPSTREAM_REJECTED"},
      {"roa 403 lowercase accessDeniedDetail",
       {403,
        {},
        R"({"requestId":"r1","code":"StatusForbidden","message":"m","accessDeniedDetail":{"AuthAction":"cs:x"}})"},
       "UPSTREAM_PERMISSION_DENIED"},
      {"roa 400 requestid all-lowercase",
       {400, {}, R"({"requestid":"r1","code":"X","message":"m"})"},
       "UPSTREAM_REJECTED"},
      {"xml 400",
       {400,
        {{"content-type", "text/xml;charset=utf-8"}},
        "<?xml version='1.0' "
        "encoding='UTF-8'?><Error><RequestId>R1</RequestId><HostId>h</HostId><Code>InvalidParameter</Code>"
        "<Message>m</Message></Error>"},
       "UPSTREAM_REJECTED"},
      {"html 502",
       {502, {{"content-type", "text/html"}}, "<html>Bad Gateway</html>"},
       "UPSTREAM_ERROR",
       Signal::kTransient},
      {"empty 503", {503, {}, ""}, "UPSTREAM_ERROR", Signal::kTransient},
      {"json array 500", {500, {}, "[]"}, "UPSTREAM_ERROR", Signal::kTransient},
      {"json null 500", {500, {}, "null"}, "UPSTREAM_ERROR", Signal::kTransient},
      {"json without code 500", {500, {}, R"({"foo":1})"}, "UPSTREAM_ERROR", Signal::kTransient},
      {"202 ok", {202, {{"x-acs-cloudcontrol-timeout", "360"}}, R"({"requestId":"r","taskId":"t"})"}, ""},
      {"200 non-json", {200, {}, "hello"}, "UPSTREAM_BROKEN_REPLY", Signal::kTransient},
      {"200 empty", {200, {}, ""}, "UPSTREAM_BROKEN_REPLY", Signal::kTransient},
      {"302 redirect", {302, {{"location", "http://elsewhere/"}}, ""}, "UPSTREAM_MISCONFIGURED"},
  };
  return *cases;
}

const core::JsonValue& Behaviour() {
  static const auto* const document = [] {
    std::ifstream file(TASKGATEWAY_SOURCE_DIR "/adapters/alibaba/testdata/sdk_error_behaviour.json");
    std::stringstream content;
    content << file.rdbuf();
    return new core::JsonDocument(*core::JsonDocument::Parse(content.str()));
  }();
  return document->root();
}

// What the newer of the two clients made of a reply.
const core::JsonValue& ReadBySdk(std::string_view name) {
  for (const core::JsonValue& entry : Behaviour().GetArray()) {
    if (entry["case"].GetString() == name) return entry["openapi_core_1.0.8"];
  }
  ADD_FAILURE() << "no case " << name;
  static const core::JsonValue none(rapidjson::kObjectType);
  return none;
}

std::string Text(const core::JsonValue& object, const char* name) {
  const core::JsonValue* value = core::FindMember(object, name);
  return value == nullptr || !value->IsString() || std::string_view(value->GetString()) == "undefined"
             ? ""
             : value->GetString();
}

// The decoders' way to a verdict: success replies are parsed, all others are errors.
Verdict VerdictOf(const core::HttpResponse& response) {
  if (response.status >= 300) return ErrorVerdict(response, kRef, "");
  const auto document = core::JsonDocument::Parse(response.body);
  return document.ok() ? Verdict{} : BrokenReply(response, kRef, document.status());
}

class SdkErrorReplyTest : public testing::TestWithParam<SdkCase> {};

TEST_P(SdkErrorReplyTest, WeReadWhatTheClientReads) {
  const ErrorReply error = ReadErrorReply(GetParam().response);
  const core::JsonValue& sdk = ReadBySdk(GetParam().name);
  if (core::FindMember(sdk, "statusCode") == nullptr) return;  // it threw before it read anything
  EXPECT_EQ(error.code, Text(sdk, "code"));
  // The client finds no id that is spelled `requestid`; we do.
  const std::string request_id =
      Text(sdk, "requestId").empty() ? Text(sdk["data"], "requestid") : Text(sdk, "requestId");
  EXPECT_EQ(error.request_id, request_id);
  EXPECT_EQ(error.message, Text(sdk["data"], "message"));
  if (const core::JsonValue* detail = core::FindMember(sdk, "accessDeniedDetail");
      detail != nullptr && detail->IsObject()) {
    EXPECT_EQ(error.ram_action, Text(*detail, "AuthAction"));
  }
  if (const core::JsonValue* wait = core::FindMember(sdk, "retryAfter")) {
    EXPECT_EQ(RetryAfter(GetParam().response.headers), absl::Milliseconds(wait->GetInt64()));
  }
}

TEST_P(SdkErrorReplyTest, WeSayWhatItMeans) {
  const Verdict verdict = VerdictOf(GetParam().response);
  EXPECT_EQ(core::ReasonOf(verdict.status), GetParam().reason);
  EXPECT_EQ(verdict.status.ok(), *GetParam().reason == '\0');
  EXPECT_EQ(verdict.signal, GetParam().signal);
}

INSTANTIATE_TEST_SUITE_P(Captured, SdkErrorReplyTest, testing::ValuesIn(Cases()), [](const auto& test) {
  std::string name = test.param.name;
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
});

TEST(SdkErrorRepliesTest, CoverEveryCapturedReply) {
  std::vector<std::string> captured;
  for (const core::JsonValue& entry : Behaviour().GetArray()) {
    if (core::FindMember(entry, "openapi_core_1.0.8") != nullptr) captured.push_back(entry["case"].GetString());
  }
  std::vector<std::string> covered;
  for (const SdkCase& test : Cases()) covered.push_back(test.name);
  EXPECT_EQ(covered.size(), 23U);
  EXPECT_EQ(covered, captured);
}

}  // namespace
}  // namespace taskgateway::alibaba

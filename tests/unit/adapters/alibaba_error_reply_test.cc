#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "adapters/alibaba/error_reply.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::alibaba {
namespace {

using testing::HasSubstr;

constexpr TaskRef kRef{.name = "sources/cc/tasks/task-1", .host = "cloudcontrol.aliyuncs.com"};

std::string Body(const std::string& code) { return R"({"RequestId":"R1","Code":")" + code + R"(","Message":"m"})"; }

Verdict VerdictOf(int status, std::string body, core::HttpHeaders headers = {}) {
  return ErrorVerdict({.status = status, .headers = std::move(headers), .body = std::move(body)}, kRef,
                      "cloudcontrol:GetTask");
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_TRUE(payload.has_value());
  if (payload.has_value()) info.ParseFromString(std::string(*payload));
  return info;
}

struct Row {
  int http_status;
  const char* code;
  absl::StatusCode status;
  const char* reason;
  Signal signal;
};

TEST(ErrorVerdictTest, ARefusalThatSaysNothingIsAProxysAndNoReplyOfTheApi) {
  for (const char* body : {"", "<html><body>Forbidden</body></html>", "{\"Code\": \"Inva", "{}", "[]"}) {
    for (const int http_status : {400, 401, 403, 404}) {
      const Verdict verdict = VerdictOf(http_status, body);
      EXPECT_EQ(core::ReasonOf(verdict.status), "UPSTREAM_BROKEN_REPLY") << http_status << body;
      EXPECT_EQ(verdict.signal, Signal::kTransient) << http_status << body;
    }
    EXPECT_EQ(core::ReasonOf(VerdictOf(429, body).status), "UPSTREAM_THROTTLED") << body;
    EXPECT_EQ(core::ReasonOf(VerdictOf(502, body).status), "UPSTREAM_ERROR") << body;
  }
}

TEST(ErrorVerdictTest, WhatWasSignedIsNotRepeatedToCallers) {
  const Verdict verdict = VerdictOf(
      400,
      R"({"Code":"SignatureDoesNotMatch","Message":"no match, server StringToSign is [x-acs-security-token:TOKEN]"})");
  EXPECT_EQ(core::ToRpcStatus(verdict.status).SerializeAsString().find("TOKEN"), std::string::npos);
  EXPECT_NE(verdict.status.message().find("no match"), std::string::npos);
}

// The contract's "Call status", one row each.
TEST(ErrorVerdictTest, MeansWhatTheContractSays) {
  const Row rows[] = {
      {400, "InvalidTask.NotFound", absl::StatusCode::kNotFound, "TASK_NOT_FOUND", Signal::kNone},
      {404, "InvalidProvisionedProduct.NotFound", absl::StatusCode::kNotFound, "PRODUCT_NOT_FOUND", Signal::kNone},
      {400, "Throttling.User", absl::StatusCode::kResourceExhausted, "UPSTREAM_THROTTLED", Signal::kThrottled},
      {429, "", absl::StatusCode::kResourceExhausted, "UPSTREAM_THROTTLED", Signal::kThrottled},
      {500, "InternalError", absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", Signal::kTransient},
      {503, "ServiceUnavailable", absl::StatusCode::kUnavailable, "UPSTREAM_ERROR", Signal::kTransient},
      {400, "InvalidRamUser.NoPermission", absl::StatusCode::kPermissionDenied, "UPSTREAM_PERMISSION_DENIED",
       Signal::kNone},
      {403, "Forbidden.RAM", absl::StatusCode::kPermissionDenied, "UPSTREAM_PERMISSION_DENIED", Signal::kNone},
      {404, "InvalidAccessKeyId.NotFound", absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED",
       Signal::kCredentialsRejected},
      {400, "SignatureDoesNotMatch", absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED",
       Signal::kCredentialsRejected},
      {403, "InvalidSecurityToken.Expired", absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED",
       Signal::kCredentialsRejected},
      {404, "InvalidApi.NotFound", absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED", Signal::kNone},
      {404, "InvalidProduct.NotFound", absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED", Signal::kNone},
      {400, "SignatureNonceUsed", absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED", Signal::kTransient},
      {400, "InvalidTimeStamp.Expired", absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED",
       Signal::kClockSkew},
      {400, "InvalidOperation.InvalidTaskStatus", absl::StatusCode::kFailedPrecondition, "TASK_ALREADY_DONE",
       Signal::kNone},
      {400, "InvalidParameter", absl::StatusCode::kUnknown, "UPSTREAM_REJECTED", Signal::kNone},
      {418, "", absl::StatusCode::kUnknown, "UPSTREAM_REJECTED", Signal::kNone},
      {302, "", absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED", Signal::kNone},
  };
  for (const Row& row : rows) {
    const Verdict verdict = VerdictOf(row.http_status, Body(row.code));
    EXPECT_EQ(verdict.status.code(), row.status) << row.http_status << row.code;
    EXPECT_EQ(core::ReasonOf(verdict.status), row.reason) << row.http_status << row.code;
    EXPECT_EQ(verdict.signal, row.signal) << row.http_status << row.code;
    const google::rpc::ErrorInfo info = InfoOf(verdict.status);
    EXPECT_EQ(info.domain(), kRef.host);
    EXPECT_EQ(info.metadata().at("request_id"), "R1");
    EXPECT_EQ(info.metadata().at("http_status"), std::to_string(row.http_status));
    EXPECT_EQ(info.metadata().count("source_code"), *row.code == '\0' ? 0U : 1U);
  }
}

TEST(ErrorVerdictTest, IsNeverUnauthenticatedBecauseTheCallersTokenIsFine) {
  for (const char* code : {"InvalidAccessKeyId.NotFound", "SignatureDoesNotMatch", "MissingSecurityToken", ""}) {
    EXPECT_EQ(VerdictOf(401, Body(code)).status.code(), absl::StatusCode::kFailedPrecondition) << code;
  }
}

TEST(ErrorVerdictTest, NamesTheTaskThatWasNotFound) {
  const Verdict verdict = VerdictOf(400, Body("InvalidTask.NotFound"));
  google::rpc::ResourceInfo resource;
  ASSERT_TRUE(
      resource.ParseFromString(std::string(*verdict.status.GetPayload("type.googleapis.com/google.rpc.ResourceInfo"))));
  EXPECT_EQ(resource.resource_name(), kRef.name);
}

TEST(ErrorVerdictTest, NamesTheRamActionOfTheReplyElseOfTheOperationAndOnlyForDeniedCalls) {
  EXPECT_EQ(InfoOf(VerdictOf(403, Body("NoPermission")).status).metadata().at("ram_action"), "cloudcontrol:GetTask");
  const Verdict named = VerdictOf(403, R"({"Code":"NoPermission","AccessDeniedDetail":{"AuthAction":"x:Y"}})");
  EXPECT_EQ(InfoOf(named.status).metadata().at("ram_action"), "x:Y");
  EXPECT_THAT(std::string(named.status.message()), HasSubstr("x:Y"));
  EXPECT_EQ(InfoOf(VerdictOf(400, Body("InvalidParameter")).status).metadata().count("ram_action"), 0U);
}

TEST(ErrorVerdictTest, PassesTheServersWaitHintOn) {
  const Verdict verdict = VerdictOf(429, Body("Throttling"), {{"x-acs-retry-after", "250"}});
  EXPECT_EQ(verdict.retry_after, absl::Milliseconds(250));
  EXPECT_EQ(core::RetryDelayOf(verdict.status), absl::Milliseconds(250));
  EXPECT_EQ(core::RetryDelayOf(VerdictOf(429, "").status), absl::Seconds(1)) << "no hint";
  EXPECT_EQ(VerdictOf(429, "").retry_after, std::nullopt);
}

TEST(ErrorVerdictTest, LearnsTheServersTimeFromTheDateHeaderWhenTheClockIsOff) {
  const core::HttpHeaders headers = {{"date", "Sun, 09 Oct 2022 00:46:03 GMT"}};
  EXPECT_EQ(VerdictOf(400, Body("InvalidTimeStamp.Expired"), headers).server_time,
            ParseTimestamp("2022-10-09T00:46:03Z"));
  EXPECT_EQ(VerdictOf(400, Body("InvalidTimeStamp.Expired")).server_time, std::nullopt);
  EXPECT_EQ(VerdictOf(400, Body("InvalidParameter"), headers).server_time, std::nullopt);
}

TEST(ErrorVerdictTest, KeepsTheHttpStatusOfBodiesThatSayNothing) {
  for (const char* body :
       {"", "<html>Bad Gateway</html>", "[]", "null", "{\"foo\":1}", "{\"Code\":", "\"text\"", "\xFF\xFE"}) {
    const Verdict verdict = VerdictOf(502, body);
    EXPECT_EQ(verdict.status.code(), absl::StatusCode::kUnavailable) << body;
    EXPECT_EQ(core::ReasonOf(verdict.status), "UPSTREAM_ERROR") << body;
    EXPECT_EQ(verdict.signal, Signal::kTransient) << body;
    EXPECT_EQ(InfoOf(verdict.status).metadata().at("http_status"), "502") << body;
  }
}

TEST(ReadErrorReplyTest, ReadsKeysInEveryLetterCase) {
  for (const char* body : {R"({"RequestId":"r","Code":"c","Message":"m","AccessDeniedDetail":{"AuthAction":"a"}})",
                           R"({"requestId":"r","code":"c","message":"m","accessDeniedDetail":{"AuthAction":"a"}})",
                           R"({"requestid":"r","Code":" c ","message":"m\n","accessdenieddetail":{"authaction":"a"}})",
                           R"({"requestId":"r","Code":"c","Message":"m","AccessDeniedDetail":{"AuthAction":"a"}})"}) {
    const ErrorReply error = ReadErrorReply({.status = 400, .headers = {}, .body = body});
    EXPECT_EQ(error.code, "c") << body;
    EXPECT_EQ(error.message, "m") << body;
    EXPECT_EQ(error.request_id, "r") << body;
    EXPECT_EQ(error.ram_action, "a") << body;
  }
}

TEST(ReadErrorReplyTest, TheCapitalSpellingWinsOverTheOther) {
  const ErrorReply error =
      ReadErrorReply({.status = 400, .headers = {}, .body = R"({"code":"lower","Code":"Capital"})"});
  EXPECT_EQ(error.code, "Capital");
}

TEST(ReadErrorReplyTest, AMessageThatIsAnObjectGivesItsJsonText) {
  const ErrorReply error =
      ReadErrorReply({.status = 400, .headers = {}, .body = R"({"Code":"c","Message":{"errorCode":"x"}})"});
  EXPECT_EQ(error.message, R"({"errorCode":"x"})");
}

TEST(ReadErrorReplyTest, NullsAndWrongTypesAreAsGoodAsMissing) {
  const ErrorReply error =
      ReadErrorReply({.status = 400,
                      .headers = {},
                      .body = R"({"Code":null,"Message":null,"RequestId":null,"AccessDeniedDetail":[]})"});
  EXPECT_EQ(error.code, "");
  EXPECT_EQ(error.message, "");
  EXPECT_EQ(error.request_id, "");
  EXPECT_EQ(error.ram_action, "");
}

TEST(ReadErrorReplyTest, TheHeaderHasTheRequestIdThatTheBodyLacks) {
  const core::HttpHeaders headers = {{"x-acs-request-id", "h"}};
  EXPECT_EQ(ReadErrorReply({.status = 502, .headers = headers, .body = "<html>"}).request_id, "h");
  EXPECT_EQ(ReadErrorReply({.status = 400, .headers = headers, .body = R"({"RequestId":"b"})"}).request_id, "b");
}

TEST(ReadErrorReplyTest, ABodyBeyondAMebibyteIsNoEnvelope) {
  const std::string body = R"({"Code":"c","Message":")" + std::string(std::size_t{1} << 20, 'x') + "\"}";
  EXPECT_EQ(ReadErrorReply({.status = 400, .headers = {}, .body = body}).code, "");
}

TEST(BrokenReplyTest, IsTransientUnlessTheReplyIsTooLarge) {
  const core::HttpResponse response{.status = 200, .headers = {{"x-acs-request-id", "R1"}}, .body = ""};
  const Verdict broken = BrokenReply(response, kRef, absl::InvalidArgumentError("not JSON (byte 7)"));
  EXPECT_EQ(broken.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(core::ReasonOf(broken.status), "UPSTREAM_BROKEN_REPLY");
  EXPECT_EQ(broken.signal, Signal::kTransient);
  EXPECT_THAT(std::string(broken.status.message()), HasSubstr("byte 7"));
  EXPECT_EQ(InfoOf(broken.status).metadata().at("request_id"), "R1");
  const Verdict large = BrokenReply(response, kRef, absl::ResourceExhaustedError("too deep"));
  EXPECT_EQ(large.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(core::ReasonOf(large.status), "UPSTREAM_REPLY_TOO_LARGE");
  EXPECT_EQ(large.signal, Signal::kNone);
}

TEST(RetryAfterTest, ReadsEachHeaderInItsUnitInOrder) {
  const std::pair<core::HttpHeaders, std::optional<absl::Duration>> cases[] = {
      {{}, std::nullopt},
      {{{"x-acs-retry-after", "250"}}, absl::Milliseconds(250)},
      {{{"x-acs-retry-after", " 250 "}}, absl::Milliseconds(250)},
      {{{"x-ratelimit-user-api", "Limit:10,Remain:0,TimeLeft:700,Reset:1"}}, absl::Milliseconds(700)},
      {{{"x-ratelimit-user", "TimeLeft:70"}}, absl::Milliseconds(70)},
      {{{"x-ratelimit-user-api", "Limit:1"}, {"x-ratelimit-user", "TimeLeft:70"}}, absl::Milliseconds(70)},
      {{{"retry-after", "2"}}, absl::Seconds(2)},
      {{{"retry-after", "2"}, {"x-acs-retry-after", "5"}}, absl::Milliseconds(5)},
      {{{"retry-after", "2"}, {"x-acs-retry-after", "soon"}}, absl::Seconds(2)},
      {{{"retry-after", "999999"}}, absl::Hours(1)},
      {{{"retry-after", "99999999999999999999999"}}, absl::Hours(1)},
      {{{"retry-after", "-99999999999999999999999"}}, std::nullopt},
      {{{"retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"}}, std::nullopt},
      {{{"x-acs-retry-after", "-5"}}, std::nullopt},
      {{{"x-acs-retry-after", "0"}}, std::nullopt},
      {{{"x-acs-retry-after", "1.5"}}, std::nullopt},
      {{{"x-acs-retry-after", ""}}, std::nullopt},
      {{{"x-ratelimit-user", "TimeLeft:"}}, std::nullopt},
  };
  for (const auto& [headers, wait] : cases) {
    EXPECT_EQ(RetryAfter(headers), wait) << (headers.empty() ? "" : headers.back().value);
  }
}

}  // namespace
}  // namespace taskgateway::alibaba

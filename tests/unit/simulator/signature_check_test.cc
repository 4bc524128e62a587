#include "tools/simulator/signature_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "adapters/alibaba/timestamps.h"
#include "tests/unit/simulator/manual_clock.h"
#include "tests/unit/simulator/requests.h"

namespace taskgateway::simulator {
namespace {

using ::testing::HasSubstr;

const core::Credentials kTemporaryKey{"STS.key", core::Secret("secret"), core::Secret("token")};

std::string& Header(core::HttpRequest& request, std::string_view name) {
  for (core::HttpHeader& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return request.headers.emplace_back(core::HttpHeader{std::string(name), ""}).value;
}

void RemoveHeader(core::HttpRequest& request, std::string_view name) {
  std::erase_if(request.headers, [&](const core::HttpHeader& header) { return header.name == name; });
}

class SignatureCheckTest : public ::testing::Test {
 protected:
  SignatureCheckTest() {
    check_.Put({kTestKey, {}});
    check_.Put({kTemporaryKey, absl::Hours(1)});
  }

  core::HttpRequest GetTask(const core::Credentials& key = kTestKey) {
    return Signed(CloudControlRequest("GetTask", "task-1"), clock_.Now(), key);
  }
  // The code that the request is refused with, or `passes`.
  std::string CodeOf(const core::HttpRequest& request) {
    const std::optional<ApiError> error = check_.Verify(request);
    return error ? error->code : "passes";
  }

  ManualClock clock_;
  SignatureCheck check_{clock_};
};

TEST_F(SignatureCheckTest, ARightSignaturePasses) {
  EXPECT_EQ(CodeOf(GetTask()), "passes");
  EXPECT_EQ(CodeOf(GetTask(kTemporaryKey)), "passes");
  EXPECT_EQ(CodeOf(Signed(ServiceCatalogRequest("GetTask", "TaskId=task-1"), clock_.Now())), "passes");
}

TEST_F(SignatureCheckTest, WhateverIsChangedAfterSigningIsNoticed) {
  const std::vector<std::function<void(core::HttpRequest&)>> changes = {
      [](core::HttpRequest& r) { r.method = "PUT"; },
      [](core::HttpRequest& r) { r.host = "elsewhere"; },
      [](core::HttpRequest& r) { r.path += "2"; },
      [](core::HttpRequest& r) { r.query = "a=b"; },
      [](core::HttpRequest& r) { r.body = "TaskId=x"; },
      [](core::HttpRequest& r) { Header(r, "x-acs-action") = "CancelTask"; },
      [](core::HttpRequest& r) { Header(r, "x-acs-signature-nonce") += "x"; },
      [](core::HttpRequest& r) { Header(r, "x-acs-content-sha256") = std::string(64, '0'); },
      [](core::HttpRequest& r) { Header(r, "authorization").back() ^= 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    core::HttpRequest request = GetTask();
    changes[i](request);
    EXPECT_EQ(CodeOf(request), "SignatureDoesNotMatch") << "change " << i;
  }
}

TEST_F(SignatureCheckTest, AMismatchShowsTheServersStringToSign) {
  core::HttpRequest request = GetTask();
  Header(request, "authorization").back() ^= 1;
  const std::string string_to_sign = alibaba::StringToSign(
      alibaba::CanonicalRequest(request, alibaba::SignedHeaders(request), alibaba::Sha256Hex(request.body)));
  EXPECT_THAT(check_.Verify(request)->message, HasSubstr("server StringToSign is [" + string_to_sign + "]"));
}

TEST_F(SignatureCheckTest, EveryAcsHeaderHasToBeThereAndSigned) {
  for (const std::string name : {"x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
                                 "x-acs-content-sha256", "authorization"}) {
    core::HttpRequest request = GetTask();
    RemoveHeader(request, name);
    EXPECT_EQ(CodeOf(request), "IncompleteSignature") << name;
  }
  for (const std::string name : {"x-acs-extra", "content-type"}) {
    core::HttpRequest request = GetTask();
    request.headers.push_back({name, "added after signing"});
    EXPECT_EQ(CodeOf(request), "IncompleteSignature") << name;
  }
  core::HttpRequest without_host = GetTask();
  std::string& authorization = Header(without_host, "authorization");
  authorization.erase(authorization.find("host;"), 5);
  EXPECT_EQ(CodeOf(without_host), "IncompleteSignature");
}

TEST_F(SignatureCheckTest, NothingIsSignedThatWasNotSentAndNamesAreSorted) {
  core::HttpRequest not_sent = GetTask();
  std::string& names = Header(not_sent, "authorization");
  names.insert(names.find(",Signature="), ";x-acs-zzz");
  EXPECT_EQ(CodeOf(not_sent), "IncompleteSignature");
  core::HttpRequest unsorted = GetTask();
  std::string& first = Header(unsorted, "authorization");
  first.insert(first.find("host;"), "x-acs-date;");
  EXPECT_EQ(CodeOf(unsorted), "IncompleteSignature");
}

TEST_F(SignatureCheckTest, AnAuthorizationOfAnotherFormIsIncomplete) {
  for (const std::string text :
       {"", "Basic abc", "ACS3-HMAC-SHA256 ", "ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=00"}) {
    core::HttpRequest request = GetTask();
    Header(request, "authorization") = text;
    EXPECT_EQ(CodeOf(request), "IncompleteSignature") << text;
  }
}

TEST_F(SignatureCheckTest, ADateMayBeFifteenMinutesOff) {
  const std::vector<std::pair<absl::Duration, std::string>> table = {
      {absl::Minutes(-15), "passes"},
      {absl::Minutes(15), "passes"},
      {absl::Minutes(-15) - absl::Seconds(1), "InvalidTimeStamp.Expired"},
      {absl::Minutes(15) + absl::Seconds(1), "InvalidTimeStamp.Expired"},
  };
  for (const auto& [offset, code] : table) {
    EXPECT_EQ(CodeOf(Signed(CloudControlRequest("GetTask", "t"), clock_.Now() + offset)), code) << offset;
  }
}

TEST_F(SignatureCheckTest, ADateOfAnotherFormIsNamed) {
  core::HttpRequest request = GetTask();
  Header(request, "x-acs-date") = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(CodeOf(request), "InvalidTimeStamp.Format");
}

TEST_F(SignatureCheckTest, ANonceServesOnce) {
  const core::HttpRequest request = GetTask();
  EXPECT_EQ(CodeOf(request), "passes");
  EXPECT_EQ(CodeOf(request), "SignatureNonceUsed");
}

TEST_F(SignatureCheckTest, ARefusedRequestDoesNotUseItsNonce) {
  core::HttpRequest request = GetTask();
  Header(request, "authorization").back() ^= 1;
  EXPECT_EQ(CodeOf(request), "SignatureDoesNotMatch");
  Header(request, "authorization").back() ^= 1;
  EXPECT_EQ(CodeOf(request), "passes");
}

TEST_F(SignatureCheckTest, UnknownAndRemovedKeysAreNotFound) {
  EXPECT_EQ(CodeOf(GetTask({"nobody", core::Secret("secret"), {}})), "InvalidAccessKeyId.NotFound");
  EXPECT_EQ(check_.Verify(GetTask({"nobody", core::Secret("secret"), {}}))->status, 404);
  EXPECT_TRUE(check_.Remove("key"));
  EXPECT_EQ(CodeOf(GetTask()), "InvalidAccessKeyId.NotFound");
  EXPECT_FALSE(check_.Remove("key"));
}

TEST_F(SignatureCheckTest, ATemporaryKeyNeedsItsToken) {
  EXPECT_EQ(CodeOf(GetTask({"STS.key", core::Secret("secret"), {}})), "MissingSecurityToken");
  EXPECT_EQ(CodeOf(GetTask({"STS.key", core::Secret("secret"), core::Secret("foreign")})),
            "InvalidSecurityToken.MismatchWithAccessKey");
  EXPECT_EQ(CodeOf(GetTask({"key", core::Secret("secret"), core::Secret("token")})),
            "InvalidSecurityToken.MismatchWithAccessKey");
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(CodeOf(GetTask(kTemporaryKey)), "InvalidSecurityToken.Expired");
}

TEST(SignatureCheckVectors, EveryRequestOfTheOfficialClientsPasses) {
  std::ifstream file(TASKGATEWAY_SOURCE_DIR "/adapters/alibaba/testdata/signature_vectors.json");
  std::stringstream text;
  text << file.rdbuf();
  rapidjson::Document vectors;
  vectors.Parse(text.str().c_str());
  ASSERT_TRUE(vectors.IsArray());
  ASSERT_GT(vectors.Size(), 10u);
  for (const auto& vector : vectors.GetArray()) {
    core::HttpRequest request;
    request.method = vector["method"].GetString();
    request.host = vector["host"].GetString();
    request.path = alibaba::CanonicalizePath(vector["path"].GetString());
    request.query = alibaba::CanonicalizeQuery(vector["query"].GetString());
    request.body = vector["body"].GetString();
    for (const auto& header : vector["headers"].GetObject()) {
      if (std::string_view(header.name.GetString()) == "host") continue;
      request.headers.push_back({header.name.GetString(), header.value.GetString()});
    }
    request.headers.push_back({"authorization", vector["authorization"].GetString()});

    class FrozenClock final : public base::Clock {
     public:
      explicit FrozenClock(absl::Time now) : now_(now) {}
      absl::Time Now() const override { return now_; }
      absl::Duration Uptime() const override { return absl::ZeroDuration(); }

     private:
      absl::Time now_;
    } clock(*alibaba::ParseTimestamp(core::FindHeader(request.headers, "x-acs-date")));
    SignatureCheck check(clock);
    check.Put({{vector["access_key_id"].GetString(), core::Secret(vector["access_key_secret"].GetString()),
                core::Secret(vector["security_token"].GetString())},
               {}});
    const std::optional<ApiError> error = check.Verify(request);
    EXPECT_FALSE(error.has_value()) << vector["name"].GetString() << ": " << error->code << " " << error->message;
  }
}

TEST(ParseAccessKey, TakesIdSecretAndToken) {
  EXPECT_EQ(ParseAccessKey("id:secret")->credentials.access_key_secret.Reveal(), "secret");
  const absl::StatusOr<AccessKey> key = ParseAccessKey("id:secret:to:ken");
  EXPECT_EQ(key->credentials.security_token.Reveal(), "to:ken");
  for (const std::string text : {"", "id", "id:", ":secret"}) {
    EXPECT_EQ(ParseAccessKey(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace taskgateway::simulator

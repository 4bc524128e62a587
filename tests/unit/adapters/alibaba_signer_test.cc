#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fstream>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "adapters/alibaba/signer.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/core/json_reader.h"

namespace taskgateway::alibaba {
namespace {

// A request captured from an official client, or printed in the documentation.
struct Vector {
  std::string name;
  core::Credentials credentials;
  core::HttpRequest wire;  // with all headers as received but authorization
  std::string canonical_request;
  std::string string_to_sign;
  std::string authorization;
};
void PrintTo(const Vector& vector, std::ostream* out) { *out << vector.name; }

std::string Text(const core::JsonValue& object, const char* name) {
  return {object[name].GetString(), object[name].GetStringLength()};
}

std::vector<Vector> ReadVectors() {
  std::ifstream file(TASKGATEWAY_SOURCE_DIR "/adapters/alibaba/testdata/signature_vectors.json");
  std::stringstream content;
  content << file.rdbuf();
  const core::JsonDocument document = *core::JsonDocument::Parse(content.str());
  std::vector<Vector> vectors;
  for (const core::JsonValue& json : document.root().GetArray()) {
    Vector vector{.name = Text(json, "name"),
                  .credentials = {Text(json, "access_key_id"), core::Secret(Text(json, "access_key_secret")),
                                  core::Secret(Text(json, "security_token"))},
                  .wire = {.method = Text(json, "method"),
                           .host = Text(json, "host"),
                           .path = Text(json, "path"),
                           .query = Text(json, "query"),
                           .headers = {},
                           .body = Text(json, "body")},
                  .canonical_request = Text(json, "canonical_request"),
                  .string_to_sign = Text(json, "string_to_sign"),
                  .authorization = Text(json, "authorization")};
    for (const auto& header : json["headers"].GetObject()) {
      if (header.name != "host") vector.wire.headers.push_back({header.name.GetString(), header.value.GetString()});
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

// The request as we send it: the same, in the canonical encoding.
core::HttpRequest Canonical(core::HttpRequest request) {
  request.path = CanonicalizePath(request.path);
  request.query = CanonicalizeQuery(request.query);
  return request;
}

class SignatureVectorTest : public testing::TestWithParam<Vector> {};

// What the simulator does with the request of an official client.
TEST_P(SignatureVectorTest, AServerRecomputesItFromTheWireForm) {
  const Vector& vector = GetParam();
  const core::HttpRequest request = Canonical(vector.wire);
  const std::string signed_headers = SignedHeaders(request);
  const std::string canonical_request = CanonicalRequest(request, signed_headers, Sha256Hex(request.body));
  EXPECT_EQ(canonical_request, vector.canonical_request);
  const std::string to_sign = StringToSign(canonical_request);
  EXPECT_EQ(to_sign, vector.string_to_sign);
  EXPECT_EQ(Authorization(to_sign, signed_headers, vector.credentials), vector.authorization);
}

// What the gateway does.
TEST_P(SignatureVectorTest, SignMakesItAtTheSameMomentWithTheSameNonce) {
  const Vector& vector = GetParam();
  core::HttpRequest request = Canonical(vector.wire);
  const absl::Time time = *ParseTimestamp(core::FindHeader(vector.wire.headers, "x-acs-date"));
  const std::string nonce(core::FindHeader(vector.wire.headers, "x-acs-signature-nonce"));
  std::erase_if(request.headers, [](const core::HttpHeader& header) {
    return header.name == "x-acs-date" || header.name == "x-acs-signature-nonce" ||
           header.name == "x-acs-content-sha256" || header.name == "x-acs-security-token";
  });
  Sign(request, vector.credentials, {.time = time, .nonce = nonce});
  EXPECT_EQ(core::FindHeader(request.headers, "authorization"), vector.authorization);
  for (const core::HttpHeader& header : vector.wire.headers) {
    EXPECT_EQ(core::FindHeader(request.headers, header.name), header.value) << header.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Captured, SignatureVectorTest, testing::ValuesIn(ReadVectors()),
                         [](const auto& test) { return test.param.name; });

TEST(SignatureVectorsTest, AreAllThere) { EXPECT_EQ(ReadVectors().size(), 20U); }

TEST(SignatureVectorsTest, TheWireFormOfTheQuirkIsNotWhatWeSend) {
  for (const Vector& vector : ReadVectors()) {
    if (!vector.name.starts_with("quirk_")) continue;
    EXPECT_THAT(vector.wire.path, testing::EndsWith("%2A***"));
    EXPECT_THAT("/api/v1/tasks/" + PercentEncode("task-433aead756057fff8189a7ce5****"),
                testing::EndsWith("%2A%2A%2A%2A"));
    return;
  }
  FAIL() << "no such vector";
}

TEST(AuthorizationTest, ItsSignatureIsTheHmacOfOpenSslForKeysOfEveryLength) {
  const std::string to_sign = StringToSign("canonical");
  for (std::size_t size = 0; size <= 200; ++size) {
    std::string key(size, '\0');
    for (std::size_t i = 0; i < size; ++i) key[i] = static_cast<char>(i * 7 + size);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_size = 0;
    ASSERT_NE(HMAC(EVP_sha256(), key.data(), static_cast<int>(size),
                   reinterpret_cast<const unsigned char*>(to_sign.data()), to_sign.size(), digest, &digest_size),
              nullptr);
    const std::string expected =
        absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), digest_size));
    EXPECT_EQ(Authorization(to_sign, "host", {"id", core::Secret(key), core::Secret("")}),
              "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" + expected)
        << size;
  }
}

class SignTest : public testing::Test {
 protected:
  core::HttpRequest request_{.method = "GET",
                             .host = "cloudcontrol.aliyuncs.com",
                             .path = "/api/v1/tasks/t%2A",
                             .query = "a=1",
                             .headers = {{"x-acs-action", "GetTask"}, {"x-acs-version", "2022-08-30"}},
                             .body = ""};
  core::Credentials credentials_{"id", core::Secret("secret"), core::Secret()};
  SigningContext context_{.time = absl::FromUnixSeconds(1665276363), .nonce = "nonce"};

  std::vector<std::string> NamesAfterSigning() {
    Sign(request_, credentials_, context_);
    std::vector<std::string> names;
    for (const core::HttpHeader& header : request_.headers) names.push_back(header.name);
    return names;
  }
};

TEST_F(SignTest, AddsFourHeadersForLongLivedKeys) {
  EXPECT_THAT(NamesAfterSigning(),
              testing::UnorderedElementsAre("x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
                                            "x-acs-content-sha256", "authorization"));
}

TEST_F(SignTest, AddsAndSignsTheTokenOfTemporaryKeysAndNothingElse) {
  credentials_.security_token = core::Secret("token");
  EXPECT_THAT(NamesAfterSigning(),
              testing::UnorderedElementsAre("x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce",
                                            "x-acs-content-sha256", "x-acs-security-token", "authorization"));
  EXPECT_THAT(std::string(core::FindHeader(request_.headers, "authorization")),
              testing::HasSubstr("x-acs-security-token"));
}

TEST_F(SignTest, LeavesWhatIsSentAsItWasSigned) {
  NamesAfterSigning();
  EXPECT_EQ(request_.path, CanonicalizePath(request_.path));
  EXPECT_EQ(request_.query, CanonicalizeQuery(request_.query));
  EXPECT_EQ(request_.path, "/api/v1/tasks/t%2A");
  EXPECT_EQ(request_.query, "a=1");
}

TEST_F(SignTest, DependsOnEverythingThatIsSigned) {
  NamesAfterSigning();
  const auto signature_of = [this](auto change) {
    core::HttpRequest request = request_;
    request.headers.resize(2);
    core::Credentials credentials = credentials_;
    SigningContext context = context_;
    change(request, credentials, context);
    Sign(request, credentials, context);
    return std::string(core::FindHeader(request.headers, "authorization"));
  };
  const std::string signature(core::FindHeader(request_.headers, "authorization"));
  EXPECT_EQ(signature_of([](auto&, auto&, auto&) {}), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.method = "PUT"; }), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.host += ":443"; }), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.path += "x"; }), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.query += "x"; }), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.body = "x"; }), signature);
  EXPECT_NE(signature_of([](auto& request, auto&, auto&) { request.headers[0].value = "x"; }), signature);
  EXPECT_NE(signature_of([](auto&, auto& credentials, auto&) { credentials.access_key_secret = core::Secret("x"); }),
            signature);
  EXPECT_NE(signature_of([](auto&, auto&, auto& context) { context.nonce = "x"; }), signature);
  EXPECT_NE(signature_of([](auto&, auto&, auto& context) { context.time += absl::Seconds(1); }), signature);
}

TEST_F(SignTest, TakesAnEmptySecret) {
  credentials_.access_key_secret = core::Secret();
  NamesAfterSigning();
  EXPECT_THAT(std::string(core::FindHeader(request_.headers, "authorization")), testing::HasSubstr("Signature="));
}

}  // namespace
}  // namespace taskgateway::alibaba

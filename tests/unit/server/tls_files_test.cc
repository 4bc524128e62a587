#include "gateway/server/tls_files.h"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <cstdio>
#include <string>
#include <variant>

#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/tls_folder.h"

namespace taskgateway::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() {
    folder_.Put(identity_);
    folder_.Write("clients.pem", authority_.pem());
    tls_.set_certificate_file(folder_.Path("server.pem"));
    tls_.set_key_file(folder_.Path("server.key"));
    tls_.set_client_ca_file(folder_.Path("clients.pem"));
  }
  std::variant<Certificates, CertificateProblem> Read() { return ReadCertificates(tls_, now_); }
  void ExpectProblem(const std::string& field, const std::string& text) {
    const auto read = Read();
    const auto* problem = std::get_if<CertificateProblem>(&read);
    ASSERT_NE(problem, nullptr) << text;
    EXPECT_EQ(problem->field, field);
    EXPECT_THAT(problem->text, AllOf(HasSubstr(text), HasSubstr("; give"), Not(HasSubstr("BEGIN"))));
  }

  const absl::Time now_ = base::SystemClock().Now();
  const support::TestAuthority authority_;
  const support::TestIdentity identity_ = authority_.Issue("DNS:gateway");
  support::TlsFolder folder_;
  config::v1::Tls tls_;
};

TEST_F(TlsFilesTest, FilesThatHoldTogetherAreRead) {
  const auto read = Read();
  const auto* certificates = std::get_if<Certificates>(&read);
  ASSERT_NE(certificates, nullptr);
  EXPECT_EQ(certificates->identity.Reveal(), identity_.key + "\n" + identity_.certificate);
  EXPECT_EQ(certificates->client_authorities, authority_.pem());
  EXPECT_GT(certificates->expires_at, now_ + absl::Minutes(59));
  EXPECT_LT(certificates->expires_at, now_ + absl::Minutes(61));
}

TEST_F(TlsFilesTest, AChainMayFollowTheCertificate) {
  folder_.Write("server.pem", identity_.certificate + authority_.pem());
  EXPECT_TRUE(std::holds_alternative<Certificates>(Read()));
  folder_.Write("server.pem", identity_.certificate + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  ExpectProblem("certificate_file", "has a broken certificate");
}

TEST_F(TlsFilesTest, WhatIsMissingOrNoPemIsNamed) {
  tls_.set_certificate_file(folder_.Path("nothing"));
  ExpectProblem("certificate_file", "cannot be read");
  tls_.set_certificate_file(folder_.Path("server.key"));
  ExpectProblem("certificate_file", "or none");
  tls_.set_certificate_file(folder_.Path("server.pem"));
  tls_.set_key_file(folder_.Path("server.pem"));
  ExpectProblem("key_file", "has no private key");
  tls_.set_key_file(folder_.Path("server.key"));
  folder_.Write("clients.pem", "no certificate");
  ExpectProblem("client_ca_file", "or none");
}

TEST_F(TlsFilesTest, AnotherCertificatesKeyIsRefused) {
  folder_.Write("server.key", authority_.Issue("DNS:another").key);
  ExpectProblem("key_file", "is not the key of the certificate in");
}

TEST_F(TlsFilesTest, AnEncryptedKeyIsRefusedWithoutAskingForAPassword) {
  std::FILE* const file = std::fopen(folder_.Path("server.key").c_str(), "w");
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  ASSERT_EQ(PEM_write_PKCS8PrivateKey(file, key, EVP_aes_128_cbc(), "password", 8, nullptr, nullptr), 1);
  EVP_PKEY_free(key);
  std::fclose(file);
  ExpectProblem("key_file", "or an encrypted one");
}

TEST_F(TlsFilesTest, AnExpiredCertificateIsRefused) {
  folder_.Put(authority_.Issue("DNS:gateway", {.ends = -absl::Minutes(1)}));
  ExpectProblem("certificate_file", "has expired at 20");
}

TEST_F(TlsFilesTest, ACertificateOfTheFutureIsRefused) {
  folder_.Put(authority_.Issue("DNS:gateway", {.begins = absl::Minutes(30)}));
  ExpectProblem("certificate_file", "is not valid before 20");
  folder_.Put(authority_.Issue("DNS:gateway", {.begins = absl::Seconds(30)}));
  EXPECT_TRUE(std::holds_alternative<Certificates>(Read())) << "clocks differ";
}

// gRPC would take it and refuse every caller.
TEST_F(TlsFilesTest, WhatOpenSslDoesNotServeWithIsRefused) {
  const support::TestIdentity weak = authority_.Issue("DNS:gateway", {.weak = true});
  folder_.Put(weak);
  ExpectProblem("certificate_file", "cannot be served with: ee key too small");
  folder_.Put({.certificate = identity_.certificate + weak.certificate, .key = identity_.key});
  ExpectProblem("certificate_file", "cannot be served with: ");
}

}  // namespace
}  // namespace taskgateway::server

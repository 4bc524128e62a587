// The commands against a gateway that speaks TLS and asks for a client certificate.
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/fake_task_service.h"
#include "tools/simulator/certificate.h"
#include "tools/taskctl/run.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;

std::string KeyPem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, size);
}

// One certificate for both sides, as it is its own authority.
class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    const auto certificate = simulator::MakeCertificate(absl::Now());
    EXPECT_TRUE(certificate.ok()) << certificate.status();
    certificate_ = certificate->pem;
    key_ = KeyPem(certificate->key.get());
    folder_ = testing::TempDir() + "taskctl_tls_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/cert.pem") << certificate_;
    std::ofstream(folder_ + "/key.pem") << key_;
  }
  ~TlsTest() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<grpc::ServerCredentials> Credentials(grpc_ssl_client_certificate_request_type client) const {
    grpc::SslServerCredentialsOptions options(client);
    options.pem_root_certs = certificate_;
    options.pem_key_cert_pairs = {{key_, certificate_}};
    return grpc::SslServerCredentials(options);
  }

  int Sources(const FakeTaskService& gateway, const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"sources", "--server", gateway.address()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const auto nothing = [](const std::string&) { return std::nullopt; };
    return taskctl::Run(arguments, {out_, err_, nothing, absl::Now, Surface(), {}});
  }

  std::string Cert() const { return "--cert-file=" + folder_ + "/cert.pem"; }
  std::string Key() const { return "--key-file=" + folder_ + "/key.pem"; }
  std::string Ca() const { return "--ca-file=" + folder_ + "/cert.pem"; }

  std::string certificate_;
  std::string key_;
  std::string folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(TlsTest, TrustsTheGivenAuthorityAlone) {
  const FakeTaskService gateway(Credentials(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  EXPECT_EQ(Sources(gateway, {Ca()}), 0) << err_.str();
  EXPECT_EQ(Sources(gateway, {"--tls"}), 4) << "the system does not know this authority";
  EXPECT_THAT(err_.str(), HasSubstr("hint: TLS fails at " + gateway.address() + "; check --ca-file"));
  EXPECT_EQ(Sources(gateway, {}), 4) << "plaintext";
}

TEST_F(TlsTest, TheServerNameIsChecked) {
  const FakeTaskService gateway(Credentials(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  EXPECT_EQ(Sources(gateway, {Ca(), "--server-name=localhost"}), 0) << err_.str();
  EXPECT_EQ(Sources(gateway, {Ca(), "--server-name=elsewhere"}), 4);
}

TEST_F(TlsTest, ShowsItsCertificateToAGatewayThatAsks) {
  const FakeTaskService gateway(Credentials(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY));
  EXPECT_EQ(Sources(gateway, {Ca(), Cert(), Key()}), 0) << err_.str();
  EXPECT_EQ(Sources(gateway, {Ca()}), 4);
}

}  // namespace
}  // namespace taskgateway::taskctl

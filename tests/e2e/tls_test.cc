// TLS towards callers: who gets in, and certificates that change while the gateway runs.
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/security/auth_context.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"
#include "tests/e2e/scrape.h"
#include "tests/support/tls_folder.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using support::TestIdentity;
using testing::HasSubstr;

class TlsTest : public GatewayTest {
 protected:
  void StartTls(bool mutual = true) {
    folder_.Put(first_);
    folder_.Write("clients.pem", clients_.pem());
    StartGateway("{}", {},
                 absl::StrCat("tls: {certificate_file: ", folder_.Path("server.pem"),
                              ", key_file: ", folder_.Path("server.key"), ", reload_interval: 100ms",
                              mutual ? absl::StrCat(", client_ca_file: ", folder_.Path("clients.pem")) : "", "}"));
    Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  }
  // Connects as `identity`, or without a certificate.
  std::unique_ptr<v1::TaskService::Stub> As(const TestIdentity* identity) {
    return v1::TaskService::NewStub(
        Connect(grpc::SslCredentials({.pem_root_certs = servers_.pem(),
                                      .pem_private_key = identity == nullptr ? "" : identity->key,
                                      .pem_cert_chain = identity == nullptr ? "" : identity->certificate})));
  }
  // One call; notes the certificate that the gateway showed.
  grpc::Status Call(v1::TaskService::Stub& stub) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(base::SystemClock().Now() + absl::Seconds(60)));
    v1::GetTaskRequest request;
    request.set_name("sources/cc/tasks/t");
    v1::Task task;
    grpc::Status status = stub.GetTask(&context, request, &task);
    shown_.clear();
    if (const auto auth = context.auth_context()) {
      for (const grpc::string_ref& pem : auth->FindPropertyValues("x509_pem_cert"))
        shown_.assign(pem.data(), pem.size());
    }
    return status;
  }

  const support::TestAuthority servers_;
  const support::TestAuthority clients_;
  const TestIdentity first_ = servers_.Issue("IP:127.0.0.1");
  const TestIdentity caller_ = clients_.Issue("URI:spiffe://test/caller,DNS:caller.test");
  const support::TlsFolder folder_;
  std::string shown_;
};

TEST_F(TlsTest, OnlyCallersWithACertificateOfTheAuthorityGetIn) {
  StartTls();
  EXPECT_TRUE(Call(*As(&caller_)).ok());
  EXPECT_EQ(Call(*As(nullptr)).error_code(), StatusCode::UNAVAILABLE);
  const TestIdentity stranger = servers_.Issue("DNS:stranger");
  EXPECT_EQ(Call(*As(&stranger)).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call(stub()).error_code(), StatusCode::UNAVAILABLE) << "plaintext";
}

// Whether a handshake with `version` at most succeeds.
bool ShakesHands(int port, int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  // The client's own scruples do not count.
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> connection(BIO_new_ssl_connect(context.get()), BIO_free_all);
  BIO_set_conn_hostname(connection.get(), absl::StrCat("127.0.0.1:", port).c_str());
  SSL* ssl = nullptr;
  BIO_get_ssl(connection.get(), &ssl);
  const unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2);
  return BIO_do_handshake(connection.get()) == 1;
}

TEST_F(TlsTest, VersionsBefore12AreRefused) {
  StartTls(false);
  EXPECT_TRUE(ShakesHands(gateway().grpc_port(), TLS1_3_VERSION));
  EXPECT_TRUE(ShakesHands(gateway().grpc_port(), TLS1_2_VERSION));
  EXPECT_FALSE(ShakesHands(gateway().grpc_port(), TLS1_1_VERSION));
}

TEST_F(TlsTest, WithoutAnAuthorityForCallersEveryoneOnThisMachineGetsIn) {
  StartTls(false);
  EXPECT_TRUE(Call(*As(nullptr)).ok());
}

TEST_F(TlsTest, ANewCertificateIsShownToNewConnectionsAndTheOldOnesStay) {
  StartTls();
  const auto old = As(&caller_);
  ASSERT_TRUE(Call(*old).ok());
  EXPECT_EQ(shown_, first_.certificate);
  const TestIdentity second = servers_.Issue("IP:127.0.0.1");
  folder_.Put(second);
  EXPECT_TRUE(Eventually([&] { return Call(*As(&caller_)).ok() && shown_ == second.certificate; }));
  EXPECT_TRUE(Call(*old).ok());
  EXPECT_EQ(shown_, first_.certificate) << "the connection is still the first one";
}

TEST_F(TlsTest, ABadPairLeavesTheOldOneInUseAndIsToldOnce) {
  StartTls();
  folder_.Write("server.key", servers_.Issue("DNS:another").key);
  EXPECT_TRUE(Eventually([&] { return Logged("certificates_rejected"); }));
  EXPECT_THAT(log_text(), HasSubstr("is not the key of the certificate"));
  EXPECT_TRUE(Call(*As(&caller_)).ok());
  EXPECT_EQ(shown_, first_.certificate);
  const TestIdentity second = servers_.Issue("IP:127.0.0.1");
  folder_.Put(second);
  EXPECT_TRUE(Eventually([&] { return Call(*As(&caller_)).ok() && shown_ == second.certificate; }));
  const std::string text = log_text();
  EXPECT_EQ(text.find("certificates_rejected"), text.rfind("certificates_rejected"));
}

TEST_F(TlsTest, TheLogSaysWhoCalled) {
  StartTls();
  const auto stub = As(&caller_);
  grpc::ClientContext context;
  v1::GetTaskRequest request;
  request.set_name("sources/cc/tasks/nowhere");
  v1::Task task;
  EXPECT_EQ(stub->GetTask(&context, request, &task).error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(log_text(), HasSubstr("\"caller\":\"spiffe://test/caller\""));
}

TEST_F(TlsTest, MetricsTellOfTheCertificate) {
  StartTls();
  const Scrape first(Admin("/metrics").body);
  EXPECT_GT(first.Of("taskgateway_certificate_expiry_seconds"), 0);
  EXPECT_LE(first.Of("taskgateway_certificate_expiry_seconds"), 3600);
  EXPECT_EQ(first.Of("taskgateway_certificate_reloads_total{outcome=\"rejected\"}"), 0);
  const auto reloads = [&](const std::string& outcome) {
    return Scrape(Admin("/metrics").body).Of("taskgateway_certificate_reloads_total{outcome=\"" + outcome + "\"}");
  };
  folder_.Write("server.key", servers_.Issue("DNS:another").key);
  EXPECT_TRUE(Eventually([&] { return reloads("rejected") == 1; }));
  folder_.Put(servers_.Issue("IP:127.0.0.1"));
  EXPECT_TRUE(Eventually([&] { return reloads("loaded") == 1; }));
}

TEST_F(TlsTest, CallersAuthoritiesAreRenewedToo) {
  StartTls();
  const support::TestAuthority others;
  const TestIdentity other = others.Issue("DNS:other.test");
  EXPECT_FALSE(Call(*As(&other)).ok());
  folder_.Write("clients.pem", clients_.pem() + others.pem());
  EXPECT_TRUE(Eventually([&] { return Call(*As(&other)).ok(); }));
  EXPECT_TRUE(Call(*As(&caller_)).ok());
}

}  // namespace
}  // namespace taskgateway::e2e

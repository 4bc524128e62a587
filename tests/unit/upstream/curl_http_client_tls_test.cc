// Upstreams that speak TLS.
#include <curl/curl.h>

#include <fstream>

#include "gmock/gmock.h"
#include "tests/unit/upstream/curl_http_client_fixture.h"
#include "tests/unit/upstream/test_certificates.h"

namespace taskgateway::upstream {
namespace {

using Connection = ScriptedServer::Connection;
using testing::ElementsAre;

class CurlHttpClientTlsTest : public CurlHttpClientTest {
 protected:
  // What becomes of a request to a server with a certificate for `subject`, when `ca_file` is trusted.
  TransferResult ExchangeWith(TestCertificates& certificates, const std::string& ca_file) {
    const auto server = Serve(ScriptedServer::Always(HttpReply("{}")), certificates.ServerContext());
    Endpoint endpoint = server->endpoint();
    endpoint.ca_file = ca_file;
    const TransferResult result = Exchange(endpoint, Post("a=b"));
    EXPECT_EQ(server->requests().size(), result.error == TransferError::kNone ? 1u : 0u);
    return result;
  }
};

TEST_F(CurlHttpClientTlsTest, AServerThatTheCaFileVouchesForIsTrusted) {
  TestCertificates certificates("IP:127.0.0.1");
  const TransferResult result = ExchangeWith(certificates, certificates.ca_file());
  EXPECT_EQ(result.error, TransferError::kNone) << result.detail;
  EXPECT_EQ(result.response.body, "{}");
}

TEST_F(CurlHttpClientTlsTest, AnyOtherServerIsNotSentARequest) {
  TestCertificates certificates("IP:127.0.0.1");
  TestCertificates others("IP:127.0.0.1");
  TestCertificates elsewhere("DNS:elsewhere.test");
  const std::string no_pem = testing::TempDir() + "taskgateway-no-pem";
  std::ofstream(no_pem) << "no PEM";
  const struct {
    const char* what;
    TransferResult result;
  } cases[] = {
      {"unknown to the system's authorities", ExchangeWith(certificates, "")},
      {"another authority", ExchangeWith(certificates, others.ca_file())},
      {"another host's certificate", ExchangeWith(elsewhere, elsewhere.ca_file())},
      {"no such file", ExchangeWith(certificates, "/no/such/file")},
      {"a file without certificate", ExchangeWith(certificates, no_pem)},
      {"trusted after all", ExchangeWith(certificates, certificates.ca_file())},
      {"unknown to the system's authorities, again", ExchangeWith(certificates, "")},
  };
  for (const auto& c : cases) {
    if (c.what == std::string("trusted after all")) {
      EXPECT_EQ(c.result.error, TransferError::kNone) << c.result.detail;
      continue;
    }
    EXPECT_EQ(c.result.error, TransferError::kUnreachable) << c.what;
    EXPECT_TRUE(c.result.surely_not_sent) << c.what;
    EXPECT_NE(c.result.detail, "") << c.what;
  }
}

TEST_F(CurlHttpClientTlsTest, AServerThatDoesNotSpeakTlsIsUnreachable) {
  const auto server = Serve([](Connection& connection) {
    connection.Read(1);
    connection.Send(HttpReply("{}"));
  });
  Endpoint endpoint = server->endpoint();
  endpoint.url = "https://" + endpoint.host;
  const TransferResult result = Exchange(endpoint, Post("a=b"));
  EXPECT_EQ(result.error, TransferError::kUnreachable);
  EXPECT_TRUE(result.surely_not_sent);
}

TEST_F(CurlHttpClientTlsTest, ANewConnectionContinuesTheSessionOfTheOldOne) {
  TestCertificates certificates("IP:127.0.0.1");
  base::Mutex mutex;
  std::vector<bool> resumed;
  const auto server = Serve(
      [&](Connection& connection) {
        {
          base::MutexLock lock(mutex);
          resumed.push_back(connection.resumed());
        }
        connection.ReadRequest();
        connection.Send(HttpReply("{}", "200 OK", "Connection: close\r\n"));
      },
      certificates.ServerContext());
  Endpoint endpoint = server->endpoint();
  endpoint.ca_file = certificates.ca_file();
  Exchange(endpoint, Get());
  // A transfer that takes the first one's handle: sessions are not the property of a handle.
  const auto silent = Serve([](Connection& connection) { connection.AwaitClose(); });
  const Endpoint elsewhere = silent->endpoint();
  Start(elsewhere, Get());
  Exchange(endpoint, Get());
  base::MutexLock lock(mutex);
  EXPECT_THAT(resumed, ElementsAre(false, true));
}

// HTTP/2 as far as it takes to answer `200` and a body to every request but that on the stream `unanswered`.
class Http2Script {
 public:
  explicit Http2Script(Connection& connection, std::size_t unanswered = 0)
      : connection_(connection), unanswered_(unanswered) {}

  void Run() {
    connection_.Read(24);  // the client's preface
    SendFrame(kSettings, 0, "", 0);
    for (;;) {
      const std::string header = connection_.Read(9);
      if (header.size() < 9) return;
      const std::size_t size = Number(header.substr(0, 3));
      const int type = header[3];
      const int flags = header[4];
      const std::string stream = header.substr(5, 4);
      connection_.Read(size);
      if (type == kSettings && flags == 0) SendFrame(kSettings, kAck, "", 0);
      const bool request_ends = (type == kHeaders || type == kData) && (flags & kEndStream) != 0;
      if (!request_ends || Number(stream) == unanswered_) continue;
      SendFrame(kHeaders, kEndHeaders, "\x88", Number(stream));  // `:status: 200` of the static table
      SendFrame(kData, kEndStream, "{\"http\":2}", Number(stream));
    }
  }

 private:
  static constexpr int kData = 0;
  static constexpr int kHeaders = 1;
  static constexpr int kSettings = 4;
  static constexpr int kAck = 1;
  static constexpr int kEndStream = 1;
  static constexpr int kEndHeaders = 4;

  static std::size_t Number(std::string_view bytes) {
    std::size_t number = 0;
    for (const unsigned char byte : bytes) number = number << 8 | byte;
    return number;
  }
  void SendFrame(int type, int flags, std::string_view payload, std::size_t stream) {
    std::string frame{'\0', '\0', static_cast<char>(payload.size()), static_cast<char>(type), static_cast<char>(flags)};
    for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
    connection_.Send(frame.append(payload));
  }

  Connection& connection_;
  const std::size_t unanswered_;
};

class CurlHttpClientHttp2Test : public CurlHttpClientTlsTest {
 protected:
  void SetUp() override {
    if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2) == 0) {
      GTEST_SKIP() << "this libcurl has no HTTP/2";
    }
  }

  TestCertificates certificates_{"IP:127.0.0.1"};
};

TEST_F(CurlHttpClientHttp2Test, ItIsSpokenWhereItIsOffered) {
  const auto server =
      Serve([](Connection& connection) { Http2Script(connection).Run(); }, certificates_.ServerContext(true));
  Endpoint endpoint = server->endpoint();
  endpoint.ca_file = certificates_.ca_file();
  for (const core::HttpRequest& request : {Get("/a"), Post("a=b"), Get("/b")}) {
    const TransferResult result = Exchange(endpoint, request);
    ASSERT_EQ(result.error, TransferError::kNone) << result.detail;
    EXPECT_EQ(result.response.status, 200);
    EXPECT_EQ(result.response.body, "{\"http\":2}");
  }
  // Many at a time share the connection.
  std::vector<Pending> pending;
  for (int i = 0; i < 10; ++i) pending.push_back(Start(endpoint, Get()));
  for (const Pending& one : pending) {
    RunUntil([&] { return one->has_value(); });
    EXPECT_EQ((*one)->error, TransferError::kNone) << (*one)->detail;
  }
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(CurlHttpClientHttp2Test, AnAbortedTransferLeavesTheConnectionToTheOthers) {
  // The client's streams are 1, 3, 5 and so on.
  const auto server =
      Serve([](Connection& connection) { Http2Script(connection, 3).Run(); }, certificates_.ServerContext(true));
  Endpoint endpoint = server->endpoint();
  endpoint.ca_file = certificates_.ca_file();
  ASSERT_EQ(Exchange(endpoint, Get()).error, TransferError::kNone);
  const HttpClient::TransferId unanswered =
      Start(endpoint, Get(), [](const TransferResult& result) { ADD_FAILURE() << "done: " << result.detail; });
  const Pending before = Start(endpoint, Get());
  RunUntil([&] { return before->has_value(); });
  const Pending during = Start(endpoint, Get());
  client_->Abort(unanswered);
  RunUntil([&] { return during->has_value(); });
  for (const TransferResult& result : {**before, **during, Exchange(endpoint, Get())}) {
    EXPECT_EQ(result.error, TransferError::kNone) << result.detail;
  }
  EXPECT_EQ(server->connections(), 1);
}

}  // namespace
}  // namespace taskgateway::upstream

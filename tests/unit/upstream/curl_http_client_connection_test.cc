// Connections: kept, shared, lost.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/upstream/curl_http_client_fixture.h"

namespace taskgateway::upstream {
namespace {

using Connection = ScriptedServer::Connection;
using testing::ElementsAre;
using testing::SizeIs;

using CurlHttpClientConnectionTest = CurlHttpClientTest;

TEST_F(CurlHttpClientConnectionTest, AHundredRequestsInARowTakeOneConnection) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(Exchange(endpoint, i % 2 == 0 ? Get() : Post("a=b")).error, TransferError::kNone);
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(CurlHttpClientConnectionTest, RequestsAreSentAtTheSameTime) {
  // Nobody gets a reply before all have asked.
  base::Mutex mutex;
  base::CondVar all_here;
  int here = 0;
  const auto server = Serve([&](Connection& connection) {
    connection.ReadRequest();
    base::MutexLock lock(mutex);
    ++here;
    all_here.notify_all();
    all_here.wait(lock, [&] { return here >= 20; });
    connection.Send(HttpReply(std::to_string(connection.number())));
  });
  const Endpoint endpoint = server->endpoint();
  std::vector<Pending> pending;
  for (int i = 0; i < 20; ++i) pending.push_back(Start(endpoint, Get()));
  for (const Pending& one : pending) {
    RunUntil([&] { return one->has_value(); });
    EXPECT_EQ((*one)->error, TransferError::kNone);
  }
  EXPECT_EQ(server->connections(), 20);
}

TEST_F(CurlHttpClientConnectionTest, OneMoreThanMaxTransfersWaitsForAPlaceAndItsLimitsCountFromThere) {
  client_ = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{.max_transfers = 1});
  const auto server = Serve([](Connection& connection) {
    connection.ReadRequest();  // never answered
    connection.AwaitClose();
  });
  const auto second = Serve(ScriptedServer::Always(HttpReply("second")));
  const auto third = Serve(ScriptedServer::Always(HttpReply("third")));
  const Endpoint endpoints[] = {server->endpoint(), second->endpoint(), third->endpoint()};
  std::vector<std::string> order;
  const auto note = [&](TransferResult result) {
    order.push_back(result.error == TransferError::kNone ? result.response.body : result.detail);
  };
  for (const Endpoint& endpoint : endpoints) Start(endpoint, Get(), note);
  RunUntil([&] { return !server->requests().empty(); });
  EXPECT_EQ(second->connections(), 0);
  clock_.Advance(absl::Seconds(10));
  RunUntil([&] { return order.size() == 3; });
  EXPECT_THAT(order, ElementsAre("no whole reply within 10s", "second", "third"));
}

TEST_F(CurlHttpClientConnectionTest, ARequestIsMadeWhenItIsSentAndOneThatIsAbortedBeforeIsNot) {
  client_ = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{.max_transfers = 1});
  const auto silent = Serve([](Connection& connection) {
    connection.ReadRequest();  // never answered
    connection.AwaitClose();
  });
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoints[] = {silent->endpoint(), server->endpoint()};
  int made = 0;
  int done = 0;
  const auto start = [&] {
    return client_->Start(
        endpoints[1],
        [&] {
          ++made;
          core::HttpRequest request = Get();
          request.host = endpoints[1].host;
          return request;
        },
        limits_, [&](const TransferResult& result) { done += result.error == TransferError::kNone; });
  };
  const HttpClient::TransferId first = Start(endpoints[0], Get(), [](const TransferResult&) { FAIL(); });
  start();
  const HttpClient::TransferId third = start();
  RunUntil([&] { return !silent->requests().empty(); });
  EXPECT_EQ(made, 0) << "it waits for a place";
  client_->Abort(third);
  client_->Abort(first);
  RunUntil([&] { return done == 1; });
  EXPECT_EQ(made, 1);
}

TEST_F(CurlHttpClientConnectionTest, ARefusedConnectionMeansThatNothingWasSent) {
  // Bound but not listening: nobody else gets the port.
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string host = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  const Endpoint endpoint{.url = "http://" + host, .host = host, .ca_file = ""};

  core::HttpRequest request = Get("/path");
  request.query = "query=content";
  const TransferResult result = Exchange(endpoint, request);
  EXPECT_EQ(result.error, TransferError::kUnreachable);
  EXPECT_TRUE(result.surely_not_sent);
  EXPECT_THAT(result.detail, testing::HasSubstr("onnect"));
  EXPECT_THAT(result.detail, testing::Not(testing::HasSubstr("query")));
  close(socket);
}

TEST_F(CurlHttpClientConnectionTest, AUrlThatIsNeitherHttpsNorHttpIsRefused) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  for (const char* url : {"ftp://127.0.0.1:1", "file:///etc", "HTTP://127.0.0.1:1", "gopher://127.0.0.1:1",
                          "http://127.0.0.1:1:1", "http://", "127.0.0.1 1"}) {
    const Endpoint endpoint{.url = url, .host = "127.0.0.1:1", .ca_file = ""};
    for (int again = 0; again < 2; ++again) {
      const TransferResult result = Exchange(endpoint, Get());
      EXPECT_EQ(result.error, TransferError::kUnreachable) << url;
      EXPECT_TRUE(result.surely_not_sent) << url;
    }
    // The same handle takes a proper one behind it.
    EXPECT_EQ(Exchange(server->endpoint(), Get()).error, TransferError::kNone) << url;
  }
}

TEST_F(CurlHttpClientConnectionTest, AConnectionThatBreaksBeforeTheReplyIsUnreachable) {
  for (const bool reset : {false, true}) {
    const auto server = Serve([reset](Connection& connection) {
      connection.ReadRequest();
      if (reset) connection.Reset();
    });
    const TransferResult result = Exchange(server->endpoint(), Get());
    EXPECT_EQ(result.error, TransferError::kUnreachable) << reset;
    EXPECT_FALSE(result.surely_not_sent) << reset;
    EXPECT_THAT(server->requests(), SizeIs(1)) << reset;
  }
}

TEST_F(CurlHttpClientConnectionTest, AConnectionThatBreaksWhileTheRequestIsSentIsUnreachable) {
  const auto server = Serve([](Connection& connection) {
    connection.Read(1);
    connection.Reset();
  });
  const TransferResult result = Exchange(server->endpoint(), Post(std::string(std::size_t{8} << 20, 'x')));
  EXPECT_EQ(result.error, TransferError::kUnreachable);
  EXPECT_FALSE(result.surely_not_sent);
}

// Answers the first request of the first connection, and closes that connection instead of answering the second.
ScriptedServer::Script BreaksWhenUsedAgain() {
  return [](Connection& connection) {
    connection.ReadRequest();
    connection.Send(HttpReply("{}"));
    connection.ReadRequest();
  };
}

// The same bytes would carry the same nonce, which an upstream takes once: sending again is the retry policy's.
TEST_F(CurlHttpClientConnectionTest, ARequestOnAKeptConnectionThatTurnsOutDeadIsNotSentTwice) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    const auto server = Serve(BreaksWhenUsedAgain());
    const Endpoint endpoint = server->endpoint();
    core::HttpRequest request = Get("/2");
    request.method = method;
    ASSERT_EQ(Exchange(endpoint, Get("/1")).error, TransferError::kNone);
    const TransferResult result = Exchange(endpoint, request);
    EXPECT_EQ(result.error, TransferError::kUnreachable) << method;
    EXPECT_EQ(result.detail, "the connection broke before a reply") << method;
    EXPECT_FALSE(result.surely_not_sent) << method;
    EXPECT_THAT(server->requests(), SizeIs(2)) << method;
  }
}

TEST_F(CurlHttpClientConnectionTest, AnEndpointIsNotServedByAnothersConnection) {
  const auto one = Serve(ScriptedServer::Always(HttpReply("one")));
  const auto two = Serve(ScriptedServer::Always(HttpReply("two")));
  const Endpoint endpoints[] = {one->endpoint(), two->endpoint()};
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(Exchange(endpoints[0], Get()).response.body, "one");
    EXPECT_EQ(Exchange(endpoints[1], Get()).response.body, "two");
  }
  EXPECT_EQ(one->connections(), 1);
  EXPECT_EQ(two->connections(), 1);
}

}  // namespace
}  // namespace taskgateway::upstream

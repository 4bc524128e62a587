// Abort, destruction, what `done` may do, and Wake.
#include <thread>

#include "gmock/gmock.h"
#include "tests/unit/upstream/curl_http_client_fixture.h"

namespace taskgateway::upstream {
namespace {

using Connection = ScriptedServer::Connection;
using testing::ElementsAre;

class CurlHttpClientAbortTest : public CurlHttpClientTest {
 protected:
  // Reads a request, says nothing, and notes that the client has gone.
  ScriptedServer::Script Silent() {
    return [this](Connection& connection) {
      connection.ReadRequest();
      connection.AwaitClose();
      ++closed_;
    };
  }
  static HttpClient::Done Unexpected() {
    return [](const TransferResult& result) { ADD_FAILURE() << "done was called: " << result.detail; };
  }

  std::atomic<int> closed_ = 0;
};

TEST_F(CurlHttpClientAbortTest, AnAbortedTransferEndsAtOnceAndIsNotDone) {
  const auto server = Serve(Silent());
  const Endpoint endpoint = server->endpoint();
  const HttpClient::TransferId id = Start(endpoint, Get(), Unexpected());
  RunUntil([&] { return !server->requests().empty(); });
  client_->Abort(id);
  RunUntil([&] { return closed_ == 1; });
  client_->Abort(id);  // ignored
  client_->Abort(id + 1);
}

TEST_F(CurlHttpClientAbortTest, ATransferMayBeAbortedBeforeItIsSent) {
  client_ = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{.max_transfers = 1});
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  core::HttpRequest unsendable = Get("no slash");
  const HttpClient::TransferId launched = Start(endpoint, Get("/launched"), Unexpected());
  const HttpClient::TransferId waiting = Start(endpoint, Get("/waiting"), Unexpected());
  const HttpClient::TransferId refused = Start(endpoint, unsendable, Unexpected());
  for (const HttpClient::TransferId id : {waiting, launched, refused}) client_->Abort(id);
  EXPECT_EQ(Exchange(endpoint, Get("/kept")).error, TransferError::kNone);
  EXPECT_THAT(server->requests(), ElementsAre(testing::StartsWith("GET /kept ")));
}

TEST_F(CurlHttpClientAbortTest, ATransferThatIsAbortedInMidBodyIsNotDone) {
  const auto server = Serve([this](Connection& connection) {
    connection.ReadRequest();
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nxyz");
    connection.AwaitClose();
    ++closed_;
  });
  const Endpoint endpoint = server->endpoint();
  const HttpClient::TransferId id = Start(endpoint, Get(), Unexpected());
  RunUntil([&] { return !server->requests().empty(); });
  RunRounds();
  client_->Abort(id);
  RunUntil([&] { return closed_ == 1; });
}

TEST_F(CurlHttpClientAbortTest, AnAbortGivesThePlaceToTheNextOne) {
  client_ = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{.max_transfers = 1});
  const auto silent = Serve(Silent());
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoints[] = {silent->endpoint(), server->endpoint()};
  const HttpClient::TransferId id = Start(endpoints[0], Get(), Unexpected());
  const Pending next = Start(endpoints[1], Get());
  RunUntil([&] { return !silent->requests().empty(); });
  client_->Abort(id);
  RunUntil([&] { return next->has_value(); });
  EXPECT_EQ((*next)->error, TransferError::kNone);
}

TEST_F(CurlHttpClientAbortTest, DoneIsNeverCalledByStart) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  const Pending good = Start(endpoint, Get());
  const Pending refused = Start(endpoint, Get("no slash"));
  EXPECT_FALSE(good->has_value());
  EXPECT_FALSE(refused->has_value());
  RunUntil([&] { return good->has_value() && refused->has_value(); });
}

// Each `done` aborts the other transfer: exactly one is called, also when both replies are there already.
TEST_F(CurlHttpClientAbortTest, DoneMayAbortATransferThatHasEndedButIsNotDone) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  for (const bool refused : {false, true}) {
    for (int round = 0; round < 20; ++round) {
      int done = 0;
      HttpClient::TransferId ids[2];
      const core::HttpRequest request = Get(refused ? "no slash" : "/");
      for (int i = 0; i < 2; ++i) {
        ids[i] = Start(endpoint, request, [&, i](const TransferResult&) {
          ++done;
          client_->Abort(ids[1 - i]);
          client_->Abort(ids[i]);
        });
      }
      RunUntil([&] { return done > 0; });
      RunRounds();
      EXPECT_EQ(done, 1);
    }
  }
}

TEST_F(CurlHttpClientAbortTest, DoneMayAbortTransfersThatAreOutOfTimeToo) {
  const auto server = Serve(Silent());
  const Endpoint endpoint = server->endpoint();
  int done = 0;
  HttpClient::TransferId ids[2];
  for (int i = 0; i < 2; ++i) {
    ids[i] = Start(endpoint, Get(), [&, i](const TransferResult&) {
      ++done;
      client_->Abort(ids[1 - i]);
    });
  }
  RunRounds();
  clock_.Advance(absl::Seconds(10));
  RunRounds();
  EXPECT_EQ(done, 1);
}

TEST_F(CurlHttpClientAbortTest, DoneMayStartTransfers) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  int left = 50;
  // Sendable and unsendable ones in turn.
  HttpClient::Done next = [&](const TransferResult&) {
    if (--left > 0) Start(endpoint, Get(left % 2 == 0 ? "/" : "no slash"), next);
  };
  Start(endpoint, Get(), next);
  RunUntil([&] { return left == 0; });
  EXPECT_EQ(server->connections(), 1);
}

// Counts when it is destroyed with its client, and calls it once more.
struct Abortive {
  CurlHttpClient& client;
  HttpClient::TransferId id = 0;
  ~Abortive() { client.Abort(id); }
};

TEST_F(CurlHttpClientAbortTest, DestroyingTheClientAbortsEverything) {
  // Its events do not wake the client, which is gone by then.
  ScriptedServer server(Silent());
  const Endpoint endpoint = server.endpoint();
  auto client = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{.max_transfers = 2});
  core::HttpRequest request = Get();
  request.host = endpoint.host;
  std::weak_ptr<Abortive> last;
  for (const char* path : {"/active", "/active", "/waiting", "no slash"}) {
    request.path = path;
    auto owned = std::make_shared<Abortive>(*client);
    last = owned;
    owned->id = client->Start(
        endpoint, [request] { return request; }, limits_, [owned](const TransferResult&) { FAIL(); });
  }
  client->Wake();
  client.reset();
  EXPECT_TRUE(last.expired());
}

TEST_F(CurlHttpClientAbortTest, WakeFromAnotherThreadEndsAWait) {
  std::thread waker([this] { client_->Wake(); });
  client_->Wait(absl::InfiniteDuration());
  waker.join();

  // Also while a transfer is under way.
  const auto server = Serve(Silent());
  const Endpoint endpoint = server->endpoint();
  const HttpClient::TransferId id = Start(endpoint, Get(), Unexpected());
  RunUntil([&] { return !server->requests().empty(); });
  std::thread second([this] { client_->Wake(); });
  client_->Wait(absl::InfiniteDuration());
  second.join();
  client_->Abort(id);
}

TEST_F(CurlHttpClientAbortTest, AnEventLoopSleepsInTheClient) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  base::EventLoop loop(clock_, *client_);
  std::thread poster([&] {
    loop.Post([&] {
      Start(endpoint, Get(), [&](const TransferResult& result) {
        EXPECT_EQ(result.error, TransferError::kNone);
        loop.Stop();
      });
    });
  });
  loop.Run();
  poster.join();
}

}  // namespace
}  // namespace taskgateway::upstream

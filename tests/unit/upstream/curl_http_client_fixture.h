// What the tests of CurlHttpClient share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/upstream/curl_http_client.h"
#include "gtest/gtest.h"
#include "tests/unit/upstream/scripted_server.h"

namespace taskgateway::upstream {

// Stands still until a test moves it.
class StillClock final : public base::Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + uptime_; }
  absl::Duration Uptime() const override { return uptime_; }
  void Advance(absl::Duration by) { uptime_ += by; }

 private:
  absl::Duration uptime_ = absl::Seconds(1000);
};

class CurlHttpClientTest : public testing::Test {
 protected:
  // A transfer under way: empty until its `done` is called.
  using Pending = std::shared_ptr<std::optional<TransferResult>>;

  static core::HttpRequest Get(std::string path = "/") {
    core::HttpRequest request;
    request.method = "GET";
    request.path = std::move(path);
    return request;
  }
  static core::HttpRequest Post(std::string body) {
    core::HttpRequest request = Get();
    request.method = "POST";
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    request.body = std::move(body);
    return request;
  }

  // A server whose events end the client's Wait.
  std::unique_ptr<ScriptedServer> Serve(ScriptedServer::Script script, SSL_CTX* tls = nullptr) {
    return std::make_unique<ScriptedServer>(
        std::move(script), [this] { client_->Wake(); }, tls);
  }

  // `endpoint` outlives the transfer.
  HttpClient::TransferId Start(const Endpoint& endpoint, core::HttpRequest request, HttpClient::Done done) {
    if (request.host.empty()) request.host = endpoint.host;
    return client_->Start(
        endpoint, [request = std::move(request)] { return request; }, limits_, std::move(done));
  }
  Pending Start(const Endpoint& endpoint, core::HttpRequest request) {
    auto pending = std::make_shared<std::optional<TransferResult>>();
    Start(endpoint, std::move(request), [pending](TransferResult result) {
      EXPECT_FALSE(pending->has_value()) << "done was called twice";
      *pending = std::move(result);
    });
    return pending;
  }
  TransferResult Exchange(const Endpoint& endpoint, core::HttpRequest request) {
    const Pending pending = Start(endpoint, std::move(request));
    RunUntil([&] { return pending->has_value(); });
    return **pending;
  }
  // Every change that `reached` looks at comes from the client or wakes it. ctest's time limit ends a test that waits
  // in vain.
  void RunUntil(const std::function<bool()>& reached) {
    while (!reached()) client_->Wait(absl::InfiniteDuration());
  }
  // For what is ready and needs no waiting.
  void RunRounds(int rounds = 5) {
    for (int i = 0; i < rounds; ++i) client_->Wait(absl::ZeroDuration());
  }

  StillClock clock_;
  TransferLimits limits_;
  std::unique_ptr<CurlHttpClient> client_ = std::make_unique<CurlHttpClient>(clock_, CurlHttpClient::Options{});
};

}  // namespace taskgateway::upstream

#include "gateway/server/http_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_get.h"

namespace taskgateway::server {
namespace {

using support::HttpGet;
using support::HttpGot;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    auto started = HttpServer::Start(
        "127.0.0.1:0",
        {{"/fixed", [](const HttpQuestion&) { return HttpAnswer{.content_type = "text/x-test", .body = "hello\n"}; }},
         {"/echo",
          [](const HttpQuestion& question) {
            return HttpAnswer{
                .status = 503,
                .body = absl::StrCat(question.method, " ", question.query, " ", question.host, " ", question.peer)};
          },
          true}});
    EXPECT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  HttpGot Get(const std::string& path, const std::string& method = "GET") const {
    return HttpGet(absl::StrCat("http://127.0.0.1:", server_->port(), path), method);
  }

  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ARouteAnswersWithItsTypeAndNobodyKeepsIt) {
  const HttpGot got = Get("/fixed");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hello\n");
  EXPECT_THAT(got.headers, HasSubstr("Content-Type: text/x-test\r\n"));
  EXPECT_THAT(got.headers, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(got.headers, HasSubstr("Content-Security-Policy: default-src 'none'; "));
}

TEST_F(HttpServerTest, ACallerOfIpv4IsOneAlsoOnAnAddressOfIpv6) {
  const auto both = HttpServer::Start(
      "[::]:0", {{"/peer", [](const HttpQuestion& question) { return HttpAnswer{.body = question.peer}; }}});
  if (!both.ok()) GTEST_SKIP() << "this machine has no IPv6: " << both.status();
  EXPECT_EQ(HttpGet(absl::StrCat("http://127.0.0.1:", (*both)->port(), "/peer"), "GET").body, "127.0.0.1");
}

TEST_F(HttpServerTest, HeadHasTheHeadersAlone) {
  const HttpGot got = Get("/fixed", "HEAD");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "");
  EXPECT_THAT(got.headers, HasSubstr("Content-Length: 6\r\n"));
}

TEST_F(HttpServerTest, ARouteHearsWhatWasAskedAndByWhom) {
  const HttpGot got = Get("/echo?a=b", "PUT");
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.body, absl::StrCat("PUT a=b 127.0.0.1:", server_->port(), " 127.0.0.1"));
}

TEST_F(HttpServerTest, OtherMethodsAreRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "PROPFIND"}) {
    const HttpGot got = Get("/fixed", method);
    EXPECT_TRUE(got.status == 405 || got.status == 0 || got.status == 400) << method << " " << got.status;
    EXPECT_THAT(got.body, Not(HasSubstr("hello"))) << method;
  }
  EXPECT_THAT(Get("/fixed", "POST").headers, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_EQ(Get("/echo", "DELETE").status, 405);
}

TEST_F(HttpServerTest, NothingElseIsServed) {
  for (const char* path : {"/", "/fixed/", "/FIXED", "//fixed", "/../fixed", "/etc/passwd", "/..%2f..%2fetc/passwd",
                           "/fixed%00", "/%", "/index.html"}) {
    const HttpGot got = Get(path);
    EXPECT_TRUE(got.status == 404 || got.status == 400) << path << " " << got.status;
    EXPECT_THAT(got.body, Not(HasSubstr("root:"))) << path;
  }
}

// Connections whose other end says nothing, or one thing.
class Silent {
 public:
  explicit Silent(int port, const std::string& says = "") : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(send(socket_, says.data(), says.size(), 0), static_cast<ssize_t>(says.size()));
  }
  ~Silent() { close(socket_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  // Everything up to the end.
  std::string Answer() const {
    std::string answer;
    std::array<char, 1024> piece{};
    for (ssize_t got; (got = recv(socket_, piece.data(), piece.size(), 0)) > 0;) answer.append(piece.data(), got);
    return answer;
  }

 private:
  const int socket_;
};

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  for (const std::string& text :
       {std::string("hello there\r\n\r\n"), "GET /fixed HTTP/1.1\r\nX: " + std::string(10000, 'x') + "\r\n\r\n",
        std::string("GET /fixed HTTP/1.1\r\nno colon\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8)}) {
    const std::string answer = Silent(server_->port(), text).Answer();
    EXPECT_THAT(answer, AnyOf(StartsWith("HTTP/1.1 400 "), IsEmpty())) << text.substr(0, 20);
  }
  EXPECT_EQ(Get("/fixed").status, 200);
}

TEST_F(HttpServerTest, ClientsThatSayNothingStandInNobodysWayUntilThereAreTooMany) {
  std::vector<std::unique_ptr<Silent>> silent;
  for (int i = 0; i < 50; ++i) silent.push_back(std::make_unique<Silent>(server_->port(), "GET /fix"));
  EXPECT_EQ(Get("/fixed").status, 200);
  for (int i = 0; i < 50; ++i) silent.push_back(std::make_unique<Silent>(server_->port()));
  EXPECT_EQ(silent.back()->Answer(), "") << "closed at once";
  silent.clear();
  while (Get("/fixed").status != 200) {
  }
}

TEST_F(HttpServerTest, APortThatIsTakenIsRefused) {
  const absl::Status status = HttpServer::Start(absl::StrCat("127.0.0.1:", server_->port()), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot be listened on; give"));
}

TEST_F(HttpServerTest, NamesAndIpv6AddressesCanBeListenedOn) {
  for (const char* address : {"localhost:0", "[::1]:0"}) {
    const auto started = HttpServer::Start(address, {});
    ASSERT_TRUE(started.ok()) << address << " " << started.status();
    EXPECT_GT((*started)->port(), 0);
  }
}

}  // namespace
}  // namespace taskgateway::server

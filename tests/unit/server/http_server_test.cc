#include "gateway/server/http_server.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_get.h"

namespace taskgateway::server {
namespace {

using support::HttpGet;
using support::HttpGot;
using testing::HasSubstr;
using testing::Not;

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

// What goes over the wire, byte by byte.
#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "tests/unit/upstream/curl_http_client_fixture.h"

namespace taskgateway::upstream {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using testing::UnorderedElementsAre;

class CurlHttpClientWireTest : public CurlHttpClientTest {
 protected:
  // The lines of the header section of what the server got, with `HOST` for its own.
  std::vector<std::string> SentLines(core::HttpRequest request) {
    const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
    EXPECT_EQ(Exchange(server->endpoint(), std::move(request)).error, TransferError::kNone);
    std::string bytes = server->requests().at(0);
    body_ = bytes.substr(bytes.find("\r\n\r\n") + 4);
    bytes.resize(bytes.find("\r\n\r\n"));
    return absl::StrSplit(absl::StrReplaceAll(bytes, {{server->host(), "HOST"}}), "\r\n");
  }
  core::HttpResponse Receive(const std::string& reply) {
    const auto server = Serve(ScriptedServer::Always(reply));
    const TransferResult result = Exchange(server->endpoint(), Get());
    EXPECT_EQ(result.error, TransferError::kNone) << result.detail;
    return result.response;
  }

  std::string body_;
};

MATCHER_P2(IsHeader, name, value, "") { return arg.name == name && arg.value == value; }

TEST_F(CurlHttpClientWireTest, AGetCarriesItsHeadersAndThreeMore) {
  core::HttpRequest request = Get("/api/v1/tasks/t-1");
  request.query = "a=b&c=";
  request.headers = {
      {"accept", "application/json"}, {"x-acs-action", "GetTask"}, {"authorization", "ACS3 a,b"}, {"x-e", ""}};
  EXPECT_THAT(SentLines(request),
              UnorderedElementsAre("GET /api/v1/tasks/t-1?a=b&c= HTTP/1.1", "Host: HOST", "User-Agent: taskgateway",
                                   "Accept-Encoding: gzip", "accept: application/json", "x-acs-action: GetTask",
                                   "authorization: ACS3 a,b", "x-e:"));
  EXPECT_EQ(body_, "");
}

TEST_F(CurlHttpClientWireTest, APostCarriesItsBodyAndNothingThatTheRequestDoesNotSay) {
  // Large enough that libcurl would ask for permission by `Expect`.
  std::string body(std::size_t{3} << 20, 'x');
  body[1] = '\0';
  core::HttpRequest request = Post(body);
  EXPECT_THAT(SentLines(request),
              UnorderedElementsAre("POST / HTTP/1.1", "Host: HOST", "User-Agent: taskgateway", "Accept-Encoding: gzip",
                                   "content-type: application/x-www-form-urlencoded", "Content-Length: 3145728"));
  EXPECT_TRUE(body_ == body);

  request.headers.clear();
  request.body = "{}";
  EXPECT_THAT(SentLines(request), UnorderedElementsAre("POST / HTTP/1.1", "Host: HOST", "User-Agent: taskgateway",
                                                       "Accept-Encoding: gzip", "Content-Length: 2"));
}

TEST_F(CurlHttpClientWireTest, APutWithoutBodySaysThatItIsEmpty) {
  core::HttpRequest request = Get();
  request.method = "PUT";
  EXPECT_THAT(SentLines(request), UnorderedElementsAre("PUT / HTTP/1.1", "Host: HOST", "User-Agent: taskgateway",
                                                       "Accept-Encoding: gzip", "Content-Length: 0"));
}

TEST_F(CurlHttpClientWireTest, AHandleThatIsUsedAgainForgetsTheRequestBefore) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  core::HttpRequest del = Get("/d");
  del.method = "DELETE";
  Exchange(endpoint, Post("body"));
  Exchange(endpoint, Get("/g"));
  Exchange(endpoint, del);
  Exchange(endpoint, Get("/h"));
  const std::string rest = absl::StrCat(" HTTP/1.1\r\nHost: ", server->host(),
                                        "\r\nUser-Agent: taskgateway\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_THAT(server->requests(),
              ElementsAre(StartsWith("POST / "), "GET /g" + rest, "DELETE /d" + rest, "GET /h" + rest));
}

TEST_F(CurlHttpClientWireTest, PathAndQueryAreSentAsTheyAre) {
  for (const char* path :
       {"/", "//", "/a/../b", "/a/./b/", "/%2F%2f", "/%2a*%7E~", "/a;b=c,d", "/a%00b", "/@:&=+$!'()"}) {
    EXPECT_EQ(SentLines(Get(path)).at(0), absl::StrCat("GET ", path, " HTTP/1.1"));
  }
  for (const char* query : {"a=%2F%2a", "a", "=", "a=b?c=d/../e", "a=%20%2B"}) {
    core::HttpRequest request = Get();
    request.query = query;
    EXPECT_EQ(SentLines(request).at(0), absl::StrCat("GET /?", query, " HTTP/1.1"));
  }
}

TEST_F(CurlHttpClientWireTest, TheHostIsTheRequestsOwn) {
  core::HttpRequest request = Get();
  request.host = "Signed.Example:80";
  EXPECT_THAT(SentLines(request), testing::Contains("Host: Signed.Example:80"));
}

TEST_F(CurlHttpClientWireTest, AnUnsendableRequestIsRefusedAndNotSent) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint endpoint = server->endpoint();
  core::HttpRequest request = Get();
  request.headers = {{"x-name", "secret\r\nx-second: 1"}};
  const TransferResult result = Exchange(endpoint, request);
  EXPECT_EQ(result.error, TransferError::kUnreachable);
  EXPECT_TRUE(result.surely_not_sent);
  EXPECT_EQ(result.detail, "a header's value has a control byte");
  EXPECT_EQ(server->connections(), 0);
}

TEST_F(CurlHttpClientWireTest, ProxiesOfTheEnvironmentAreNotUsed) {
  const auto proxy = Serve(ScriptedServer::Always(HttpReply("proxy")));
  const auto server = Serve(ScriptedServer::Always(HttpReply("server")));
  // Whoever runs the tests may have said that loopback has none.
  std::map<std::string, std::string> exempt;
  for (const char* name : {"no_proxy", "NO_PROXY"}) {
    if (const char* value = getenv(name)) exempt[name] = value;
    unsetenv(name);
  }
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    setenv(name, ("http://" + proxy->host()).c_str(), 1);
  EXPECT_EQ(Exchange(server->endpoint(), Get()).response.body, "server");
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  for (const auto& [name, value] : exempt) setenv(name.c_str(), value.c_str(), 1);
  EXPECT_EQ(proxy->connections(), 0);
}

TEST_F(CurlHttpClientWireTest, EveryStatusIsAReplyAndNoRedirectIsFollowed) {
  const auto other = Serve(ScriptedServer::Always(HttpReply("followed")));
  const core::HttpResponse redirect =
      Receive(HttpReply("moved", "302 Found", absl::StrCat("Location: http://", other->host(), "/\r\n")));
  EXPECT_EQ(redirect.status, 302);
  EXPECT_EQ(redirect.body, "moved");
  EXPECT_EQ(other->connections(), 0);
  EXPECT_EQ(Receive(HttpReply("", "401 Unauthorized", "WWW-Authenticate: Basic\r\n")).status, 401);
  EXPECT_EQ(Receive(HttpReply("{\"Code\":\"InternalError\"}", "500 Oops")).body, "{\"Code\":\"InternalError\"}");
  EXPECT_EQ(Receive("HTTP/1.1 204 No Content\r\n\r\n").status, 204);
}

TEST_F(CurlHttpClientWireTest, HeadersAreThoseOfTheFinalReplyInSmallLetters) {
  const core::HttpResponse response = Receive(
      "HTTP/1.1 103 Early Hints\r\nlink: early\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-Acs-Request-ID:  A-1 \r\nset-cookie: a=1\r\nSet-Cookie: b:2\r\nempty:\r\nContent-Length: "
      "2\r\n\r\n{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers,
              ElementsAre(IsHeader("x-acs-request-id", "A-1"), IsHeader("set-cookie", "a=1"),
                          IsHeader("set-cookie", "b:2"), IsHeader("empty", ""), IsHeader("content-length", "2")));
}

TEST_F(CurlHttpClientWireTest, AFoldedHeaderIsOneHeader) {
  const core::HttpResponse response = Receive("HTTP/1.1 200 OK\r\nx-a: one\r\n  two\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(response.headers, ElementsAre(IsHeader("x-a", "one two"), IsHeader("content-length", "0")));
}

TEST_F(CurlHttpClientWireTest, ChunksAreJoinedAndTrailersAreHeaders) {
  const core::HttpResponse response =
      Receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Checksum: 5\r\n\r\n");
  EXPECT_EQ(response.body, "abcde");
  EXPECT_THAT(response.headers, ElementsAre(IsHeader("transfer-encoding", "chunked"), IsHeader("x-checksum", "5")));
}

TEST_F(CurlHttpClientWireTest, CookiesAreNotSentBack) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}", "200 OK", "Set-Cookie: a=1\r\n")));
  const Endpoint endpoint = server->endpoint();
  Exchange(endpoint, Get());
  Exchange(endpoint, Get());
  EXPECT_EQ(server->requests().at(0), server->requests().at(1));
}

}  // namespace
}  // namespace taskgateway::upstream

#include "gateway/upstream/sendable_request.h"

#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

core::HttpRequest Good() {
  return {.method = "GET",
          .host = "api.test:8443",
          .path = "/a/../b%2Fc",
          .query = "x=%2A&y=",
          .headers = {{"x-acs-action", "Get Task"}, {"x-empty", ""}, {"x-utf8", "\xc3\xa9"}},
          .body = ""};
}

TEST(SendableRequest, AcceptsEveryByteThatHttpAllows) {
  EXPECT_EQ(WhyUnsendable(Good()), nullptr);
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
    core::HttpRequest request = Good();
    request.method = method;
    EXPECT_EQ(WhyUnsendable(request), nullptr) << method;
  }
}

TEST(SendableRequest, RefusesControlBytesAnywhereButInTheBody) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte >= ' ' && byte != 0x7f) continue;
    const std::string hostile = std::string("a") + static_cast<char>(byte) + "b";
    core::HttpRequest request = Good();
    request.body = hostile;
    EXPECT_EQ(WhyUnsendable(request), nullptr) << byte;

    request = Good();
    request.path += hostile;
    EXPECT_NE(WhyUnsendable(request), nullptr) << byte;
    request = Good();
    request.query += hostile;
    EXPECT_NE(WhyUnsendable(request), nullptr) << byte;
    request = Good();
    request.host += hostile;
    EXPECT_NE(WhyUnsendable(request), nullptr) << byte;
    request = Good();
    request.headers[1].name = hostile;
    EXPECT_NE(WhyUnsendable(request), nullptr) << byte;
    request = Good();
    request.headers[1].value = hostile;
    EXPECT_NE(WhyUnsendable(request), nullptr) << byte;
  }
}

TEST(SendableRequest, RefusesWhatWouldMeanSomethingElseOnTheWire) {
  struct Case {
    const char* why;
    void (*spoil)(core::HttpRequest&);
  };
  const Case cases[] = {
      {"no method", [](core::HttpRequest& r) { r.method = ""; }},
      {"a method with a second word", [](core::HttpRequest& r) { r.method = "GET /x"; }},
      {"a method in small letters", [](core::HttpRequest& r) { r.method = "get"; }},
      {"a reply without the body it announces", [](core::HttpRequest& r) { r.method = "HEAD"; }},
      {"a tunnel", [](core::HttpRequest& r) { r.method = "CONNECT"; }},
      {"no host", [](core::HttpRequest& r) { r.host = ""; }},
      {"no path", [](core::HttpRequest& r) { r.path = ""; }},
      {"a relative path", [](core::HttpRequest& r) { r.path = "a"; }},
      {"a URL as path", [](core::HttpRequest& r) { r.path = "http://other.test/"; }},
      {"a query in the path", [](core::HttpRequest& r) { r.path = "/a?b"; }},
      {"a fragment in the path", [](core::HttpRequest& r) { r.path = "/a#b"; }},
      {"a fragment in the query", [](core::HttpRequest& r) { r.query = "a#b"; }},
      {"a space in the path", [](core::HttpRequest& r) { r.path = "/a b"; }},
      {"a space in the query", [](core::HttpRequest& r) { r.query = "a b"; }},
      {"a byte that is not ASCII in the path", [](core::HttpRequest& r) { r.path = "/\xc3\xa9"; }},
      {"a path without end", [](core::HttpRequest& r) { r.path.append(std::size_t{1} << 20, 'a'); }},
      {"a header without name", [](core::HttpRequest& r) { r.headers[0].name = ""; }},
      {"a header's name with a colon", [](core::HttpRequest& r) { r.headers[0].name = "a:b"; }},
      {"a header's name with a semicolon", [](core::HttpRequest& r) { r.headers[0].name = "a;"; }},
      {"a header's name with a space", [](core::HttpRequest& r) { r.headers[0].name = "a b"; }},
  };
  for (const Case& c : cases) {
    core::HttpRequest request = Good();
    c.spoil(request);
    EXPECT_NE(WhyUnsendable(request), nullptr) << c.why;
  }
}

}  // namespace
}  // namespace taskgateway::upstream

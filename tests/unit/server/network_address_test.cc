#include "gateway/server/network_address.h"

#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

TEST(ParseEndpointUrlTest, GivesTheShortestSpellingOfAnEndpoint) {
  const struct {
    std::string_view url;
    std::string_view expected;  // empty: refused
    std::string_view authority;
  } kCases[] = {
      {"https://a.example.com", "https://a.example.com", "a.example.com"},
      {"https://A.Example.com:443", "https://a.example.com", "a.example.com"},
      {"https://a.example.com:80", "https://a.example.com:80", "a.example.com:80"},
      {"HTTP://a:80", "http://a", "a"},
      {"http://a:443", "http://a:443", "a:443"},
      {"https://a:0443", "https://a", "a"},
      {"https://192.168.0.1:8443", "https://192.168.0.1:8443", "192.168.0.1:8443"},
      {"https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]:8443"},
      {"http://my_host.svc", "http://my_host.svc", "my_host.svc"},
      {"", "", ""},
      {"https://", "", ""},
      {"https:///", "", ""},
      {"https://a/", "", ""},
      {"https://a/path", "", ""},
      {"https://a?q", "", ""},
      {"https://a#f", "", ""},
      {"https://user@a", "", ""},
      {"https://a:", "", ""},
      {"https://a:0", "", ""},
      {"https://a:65536", "", ""},
      {"https://a:+1", "", ""},
      {"https://a:1:2", "", ""},
      {"https://a b", "", ""},
      {"https://a\r\nx", "", ""},
      {"https://a\\b", "", ""},
      {"https://a%2e", "", ""},
      {"https://.a", "", ""},
      {"https://a..b", "", ""},
      {"https://a.", "", ""},
      {"https://b\u00fccher.de", "", ""},
      {"https://127.1", "", ""},
      {"https://0x7f000001", "", ""},
      {"https://2130706433", "", ""},
      {"https://1.2.3.4.5", "", ""},
      {"https://::1", "", ""},
      {"https://[::1", "", ""},
      {"https://[::1]x", "", ""},
      {"https://[fe80::1%25eth0]", "", ""},
      {"https://[127.0.0.1]", "", ""},
      {"ftp://a", "", ""},
      {"//a", "", ""},
      {"a:443", "", ""},
  };
  for (const auto& test : kCases) {
    const absl::StatusOr<EndpointUrl> url = ParseEndpointUrl(test.url);
    EXPECT_EQ(url.ok() ? url->Url() : "", test.expected) << test.url;
    EXPECT_EQ(url.ok() ? url->Authority() : "", test.authority) << test.url;
  }
}

TEST(ParseListenAddressTest, TakesHostAndPort) {
  const absl::StatusOr<ListenAddress> address = ParseListenAddress("[::]:0");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->host, "[::]");
  EXPECT_EQ(address->port, 0);
  EXPECT_TRUE(ParseListenAddress("0.0.0.0:65535").ok());
  for (const char* bad : {"", ":1", "a", "a:", "a:65536", "[::]", "::1:80", "a:1:2", "a b:1"}) {
    EXPECT_FALSE(ParseListenAddress(bad).ok()) << bad;
  }
}

TEST(IsLoopbackTest, IsDecidedBySpelling) {
  for (const char* host : {"localhost", "LOCALHOST", "127.0.0.1", "127.255.0.3", "[::1]", "[0:0::1]"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "128.0.0.1", "127.0.0.1.example.com", "127.1", "localhost.example.com", "[::]",
                           "[::ffff:127.0.0.1]", "::1", "example.com", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace taskgateway::server

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "adapters/alibaba/signer.h"

namespace taskgateway::alibaba {
namespace {

TEST(PercentEncodeTest, KeepsTheUnreservedCharactersOnly) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const bool unreserved =
        byte < 128 && (std::isalnum(byte) != 0 || std::string_view("-_.~").find(text) != std::string_view::npos);
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(byte));
    EXPECT_EQ(PercentEncode(text), unreserved ? text : escaped) << byte;
  }
}

// The TypeScript client replaces only the first of several asterisks, plus signs and %7E.
TEST(PercentEncodeTest, EncodesEachOccurrence) {
  EXPECT_EQ(PercentEncode("****"), "%2A%2A%2A%2A");
  EXPECT_EQ(PercentEncode("+ +"), "%2B%20%2B");
  EXPECT_EQ(PercentEncode("~~"), "~~");
}

TEST(CanonicalQueryTest, SortsByNameInByteOrderAndEncodesBothSides) {
  EXPECT_EQ(CanonicalQuery({}), "");
  EXPECT_EQ(CanonicalQuery({{"b", "2"}, {"a", "1"}, {"B", "3"}}), "B=3&a=1&b=2");
  EXPECT_EQ(CanonicalQuery({{"a b", "c&d=e"}, {"empty", ""}}), "a%20b=c%26d%3De&empty=");
  EXPECT_EQ(CanonicalQuery({{"a", "2"}, {"a", "1"}}), "a=2&a=1");
}

// Names are compared before they are encoded: `a~` is behind `a}` although `%7D` is in front of `~`, and `a-` in front
// of `a:`.
TEST(CanonicalQueryTest, SortsTheNamesThemselvesNotTheirEncodedForm) {
  EXPECT_EQ(CanonicalQuery({{"a~", ""}, {"a}", ""}, {"a:", ""}, {"a-", ""}}), "a-=&a%3A=&a%7D=&a~=");
  EXPECT_EQ(CanonicalQuery({{"\xE4\xB8\xAD", ""}, {"z", ""}}), "z=&%E4%B8%AD=");
}

TEST(CanonicalizeQueryTest, BringsAnyEncodingToTheCanonicalOne) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"a=1", "a=1"},
      {"b=2&a=1", "a=1&b=2"},
      {"a", "a="},
      {"a=", "a="},
      {"a=b=c", "a=b%3Dc"},
      {"&&a=1&", "a=1"},
      {"=x", "=x"},
      {"a=*'()!", "a=%2A%27%28%29%21"},  // as the Node client sends them
      {"a=%2a%2A", "a=%2A%2A"},
      {"a=x+y", "a=x%2By"},
      {"a=x%20y", "a=x%20y"},
      {"a=%7E~", "a=~~"},
      {"a=%", "a=%25"},
      {"a=%4", "a=%254"},
      {"a=%zz", "a=%25zz"},
      {"a=%26%3D", "a=%26%3D"},
      {"Parameters.1.ParameterKey=k", "Parameters.1.ParameterKey=k"},
  };
  for (const auto& [wire, canonical] : cases) {
    EXPECT_EQ(CanonicalizeQuery(wire), canonical) << wire;
    EXPECT_EQ(CanonicalizeQuery(canonical), canonical) << "is not stable";
  }
}

TEST(CanonicalizePathTest, BringsAnyEncodingToTheCanonicalOneSegmentBySegment) {
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"", ""},
      {"/api/v1/tasks/t-1", "/api/v1/tasks/t-1"},
      {"/a%2Fb", "/a%2Fb"},
      {"/a%2fb", "/a%2Fb"},
      {"/%2A***", "/%2A%2A%2A%2A"},
      {"/%7E~", "/~~"},
      {"/a b", "/a%20b"},
      {"/a+b", "/a%2Bb"},  // never a raw space, which the C++ client makes of it
      {"/a//b/", "/a//b/"},
      {"/..", "/.."},
      {"/%E4%BB%BB", "/%E4%BB%BB"},
  };
  for (const auto& [wire, canonical] : cases) {
    EXPECT_EQ(CanonicalizePath(wire), canonical) << wire;
    EXPECT_EQ(CanonicalizePath(canonical), canonical) << "is not stable";
  }
}

TEST(SignedHeadersTest, AreHostContentTypeAndEveryAcsHeaderSorted) {
  core::HttpRequest request;
  request.headers = {{"x-acs-version", "1"},  {"accept", "*/*"},     {"x-acs-action", "A"},
                     {"user-agent", "u"},     {"content-type", "c"}, {"date", "d"},
                     {"content-length", "0"}, {"x-acs-action", "B"}, {"authorization", "none"}};
  EXPECT_EQ(SignedHeaders(request), "content-type;host;x-acs-action;x-acs-version");
  EXPECT_EQ(SignedHeaders({}), "host");
}

TEST(CanonicalRequestTest, TrimsValuesAndJoinsRepeatedOnesSorted) {
  core::HttpRequest request;
  request.method = "GET";
  request.host = "h:8080";
  request.path = "/";
  request.headers = {{"x-acs-b", " 2 "}, {"x-acs-a", "z"}, {"x-acs-b", "1"}, {"x-acs-b", "10"}};
  EXPECT_EQ(CanonicalRequest(request, SignedHeaders(request), Sha256Hex("")),
            "GET\n/\n\nhost:h:8080\nx-acs-a:z\nx-acs-b:1,10,2\n\nhost;x-acs-a;x-acs-b\n" + Sha256Hex(""));
}

TEST(CanonicalRequestTest, HasExactlyTheHeadersThatAreNamed) {
  core::HttpRequest request;
  request.method = "GET";
  request.host = "h";
  request.path = "/";
  request.headers = {{"x-acs-a", "1"}, {"x-acs-b", "2"}};
  EXPECT_EQ(CanonicalRequest(request, "host;x-acs-missing", Sha256Hex("")),
            "GET\n/\n\nhost:h\nx-acs-missing:\n\nhost;x-acs-missing\n" + Sha256Hex(""));
}

}  // namespace
}  // namespace taskgateway::alibaba

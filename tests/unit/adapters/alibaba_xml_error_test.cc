#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "adapters/alibaba/xml_error.h"

namespace taskgateway::alibaba {
namespace {

std::string InError(const std::string& code) { return "<Error><Code>" + code + "</Code></Error>"; }

TEST(XmlErrorTest, ReadsTheElementsOfAnErrorDocument) {
  const char* body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <RequestId>R1</RequestId>\n  <HostId>h</HostId>\n"
      "  <Code> InvalidParameter\n</Code>\n  <Message>m</Message>\n</Error>";
  EXPECT_EQ(XmlErrorField(body, "RequestId"), "R1");
  EXPECT_EQ(XmlErrorField(body, "HostId"), "h");
  EXPECT_EQ(XmlErrorField(body, "Code"), "InvalidParameter");
  EXPECT_EQ(XmlErrorField(body, "Message"), "m");
  EXPECT_EQ(XmlErrorField(body, "Recommend"), "");
}

TEST(XmlErrorTest, DecodesEntities) {
  const std::pair<const char*, const char*> cases[] = {
      {"a &amp; b", "a & b"},
      {"&lt;x y=&quot;1&quot;&gt;&apos;", "<x y=\"1\">'"},
      {"&#65;&#x42;&#X43;", "ABC"},
      {"&#xE9;&#x4E2D;&#x1F600;", "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"},
      {"&amp;lt;", "&lt;"},
      {"&", "&"},
      {"&;", "&;"},
      {"&nbsp;", "&nbsp;"},
      {"&#0;&#xD800;&#x110000;&#x;&#;", "&#0;&#xD800;&#x110000;&#x;&#;"},
      {"&#99999999999;", "&#99999999999;"},
      {"<![CDATA[a & <b>]]>", "a & <b>"},
  };
  for (const auto& [text, decoded] : cases) EXPECT_EQ(XmlErrorField(InError(text), "Code"), decoded) << text;
}

TEST(XmlErrorTest, ReadsNothingFromOtherDocuments) {
  for (const char* body :
       {"", "<", "<?xml", "<?xml ?>", "<html><Code>404</Code></html>", "<Errors><Code>x</Code></Errors>", "<Error>",
        "<Error><Code>x", "<Error><Code></Error>", "<Error></Code><Code></Error>", "Code>x</Code>"}) {
    EXPECT_EQ(XmlErrorField(body, "Code"), "") << body;
  }
}

TEST(XmlErrorTest, LooksAtABoundedPartOnly) {
  EXPECT_EQ(XmlErrorField("<Error>" + std::string(100'000, ' ') + "<Code>x</Code></Error>", "Code"), "");
  EXPECT_EQ(XmlErrorField(InError(std::string(60'000, '&')), "Code").size(), 60'000U);
}

}  // namespace
}  // namespace taskgateway::alibaba

#include "gateway/server/redacted_config.h"

#include "gateway/server/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kConfig[] = R"(
accounts:
- name: main
  credentials: {static: {access_key_id: LTAIrevealing, access_key_secret: hush, security_token: psst}}
sources: [{name: cc, kind: cloud_control, account: main, endpoint: "https://cloudcontrol.aliyuncs.com"}]
)";

config::v1::Config Parsed() { return ParseConfig(kConfig, "test.yaml").value(); }

TEST(RedactedConfigTest, SecretsAreStarsAndTheRestIsThere) {
  const std::string json = RedactedJson(Parsed());
  for (const char* secret : {"LTAIrevealing", "hush", "psst"}) EXPECT_THAT(json, Not(HasSubstr(secret)));
  EXPECT_THAT(json, HasSubstr(R"("access_key_secret": "***")"));
  EXPECT_THAT(json, HasSubstr(R"("security_token": "***")"));
  EXPECT_THAT(json, HasSubstr(R"("endpoint": "https://cloudcontrol.aliyuncs.com")"));
  EXPECT_THAT(json, HasSubstr(R"("max_attempts": 4)")) << "defaults are shown";
}

TEST(RedactedConfigTest, TheDigestIsOfEverythingButTheSecrets) {
  config::v1::Config config = Parsed();
  const std::string digest = DigestOf(config);
  EXPECT_EQ(digest.size(), 32u);
  config.mutable_accounts(0)->mutable_credentials()->mutable_static_()->set_access_key_secret("another");
  EXPECT_EQ(DigestOf(config), digest);
  config.mutable_limits()->set_max_attempts(5);
  EXPECT_NE(DigestOf(config), digest);
}

}  // namespace
}  // namespace taskgateway::server

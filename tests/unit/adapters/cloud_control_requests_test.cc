#include "adapters/cloud_control/cloud_control.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/http_matchers.h"

namespace taskgateway::cloud_control {
namespace {

using testing::ElementsAre;

const CloudControlAdapter& Adapter() {
  static const CloudControlAdapter adapter;
  return adapter;
}

TEST(CloudControlRequests, GetTaskReadsTheTaskByItsPath) {
  const core::HttpRequest request = Adapter().GetTask("task-433aead756057fff8189a7ce5abcd");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/api/v1/tasks/task-433aead756057fff8189a7ce5abcd");
  EXPECT_EQ(request.query, "");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(request.host, "");
  EXPECT_THAT(request.headers, ElementsAre(Header("x-acs-action", "GetTask"), Header("x-acs-version", "2022-08-30"),
                                           Header("accept", "application/json")));
}

TEST(CloudControlRequests, CancelTaskPutsWithoutABody) {
  const core::HttpRequest request = Adapter().CancelTask("task-433aead756057fff2913e7ce5abcd");
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/api/v1/tasks/task-433aead756057fff2913e7ce5abcd/operation/cancel");
  EXPECT_EQ(request.query, "");
  EXPECT_EQ(request.body, "");
  EXPECT_THAT(request.headers, ElementsAre(Header("x-acs-action", "CancelTask"), Header("x-acs-version", "2022-08-30"),
                                           Header("accept", "application/json")));
}

TEST(CloudControlRequests, TheTaskIdIsOneEncodedSegment) {
  EXPECT_EQ(Adapter().GetTask("task-7ce5****").path, "/api/v1/tasks/task-7ce5%2A%2A%2A%2A");
  EXPECT_EQ(Adapter().GetTask("a/../b c~%").path, "/api/v1/tasks/a%2F..%2Fb%20c~%25");
  EXPECT_EQ(Adapter().CancelTask("a?b#c").path, "/api/v1/tasks/a%3Fb%23c/operation/cancel");
}

TEST(CloudControlRequests, AreSignedWithAcs3) {
  core::HttpRequest request = Adapter().GetTask("task-1");
  request.host = "cloudcontrol.aliyuncs.com";
  const core::Credentials credentials{
      .access_key_id = "key", .access_key_secret = core::Secret("secret"), .security_token = core::Secret()};
  Adapter().Sign(request, credentials, {.time = absl::FromUnixSeconds(1'700'000'000), .nonce = "nonce-1"});
  EXPECT_EQ(core::FindHeader(request.headers, "x-acs-signature-nonce"), "nonce-1");
  EXPECT_EQ(core::FindHeader(request.headers, "x-acs-date"), "2023-11-14T22:13:20Z");
  EXPECT_THAT(std::string(core::FindHeader(request.headers, "authorization")),
              testing::StartsWith("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=host;x-acs-action;"));
}

TEST(CloudControlTraits, AreAsDocumented) {
  const Traits& traits = Adapter().traits();
  EXPECT_EQ(traits.kind, "cloud_control");
  EXPECT_TRUE(traits.can_cancel);
  EXPECT_FALSE(traits.can_list || traits.has_logs || traits.has_latest_alias);
  EXPECT_EQ(traits.min_poll_interval, absl::Seconds(1));
  ASSERT_EQ(traits.operations.size(), 2u);
  EXPECT_EQ(traits.operations[0].name, "GetTask");
  EXPECT_EQ(traits.operations[1].name, "CancelTask");
  for (const Operation& operation : traits.operations) {
    EXPECT_EQ(operation.requests_per_second, 20);
    EXPECT_EQ(operation.burst, 20);
    EXPECT_EQ(operation.max_reply_bytes, 16u << 20);
  }
}

TEST(CloudControlTraits, OffersNeitherListNorAlias) {
  EXPECT_EQ(Adapter().ResolveAlias("pp-1", 0).has_value(), false);
  EXPECT_EQ(Adapter().DecodeListTasks({}, {}, {}).verdict.status.code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace taskgateway::cloud_control

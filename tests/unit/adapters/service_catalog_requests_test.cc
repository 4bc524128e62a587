#include "adapters/service_catalog/service_catalog.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/http_matchers.h"

namespace taskgateway::service_catalog {
namespace {

using testing::ElementsAre;

const ServiceCatalogAdapter& Adapter() {
  static const ServiceCatalogAdapter adapter;
  return adapter;
}

TEST(ServiceCatalogRequests, GetTaskSendsTheIdInTheFormBody) {
  const core::HttpRequest request = Adapter().GetTask("task-bp1dmg242cabcd");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query, "");
  EXPECT_EQ(request.body, "TaskId=task-bp1dmg242cabcd");
  EXPECT_EQ(request.host, "");
  EXPECT_THAT(request.headers, ElementsAre(Header("x-acs-action", "GetTask"), Header("x-acs-version", "2021-09-01"),
                                           Header("accept", "application/json"),
                                           Header("content-type", "application/x-www-form-urlencoded")));
}

TEST(ServiceCatalogRequests, TheTaskIdIsEncoded) {
  EXPECT_EQ(Adapter().GetTask("task-bp1****").body, "TaskId=task-bp1%2A%2A%2A%2A");
  EXPECT_EQ(Adapter().GetTask("a&TaskId=b +").body, "TaskId=a%26TaskId%3Db%20%2B");
}

TEST(ServiceCatalogRequests, ListTasksAsksForTheNewestFirstInTheQuery) {
  const core::HttpRequest request =
      Adapter().ListTasks({.provisioned_product_id = "pp-bp1ddg1n2aabcd", .page_number = 2, .page_size = 100});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.query,
            "PageNumber=2&PageSize=100&ProvisionedProductId=pp-bp1ddg1n2aabcd&SortBy=CreateTime&SortOrder=Desc");
  EXPECT_EQ(request.body, "");
  EXPECT_THAT(request.headers, ElementsAre(Header("x-acs-action", "ListTasks"), Header("x-acs-version", "2021-09-01"),
                                           Header("accept", "application/json")));
}

TEST(ServiceCatalogRequests, TheAliasAsksTheProvisionedProductFirst) {
  const std::optional<AliasLookup> lookup = Adapter().ResolveAlias("pp-bp1ddg1n2a****", 0);
  ASSERT_TRUE(lookup.has_value());
  const core::HttpRequest* request = &lookup->request;
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->path, "/");
  EXPECT_EQ(request->query, "ProvisionedProductId=pp-bp1ddg1n2a%2A%2A%2A%2A");
  EXPECT_EQ(request->body, "");
  EXPECT_THAT(request->headers,
              ElementsAre(Header("x-acs-action", "GetProvisionedProduct"), Header("x-acs-version", "2021-09-01"),
                          Header("accept", "application/json")));
}

TEST(ServiceCatalogRequests, TheAliasThenListsTheNewestTaskAlone) {
  const std::optional<AliasLookup> lookup = Adapter().ResolveAlias("pp-1", 1);
  ASSERT_TRUE(lookup.has_value());
  const core::HttpRequest* request = &lookup->request;
  EXPECT_EQ(request->query, "PageNumber=1&PageSize=1&ProvisionedProductId=pp-1&SortBy=CreateTime&SortOrder=Desc");
  EXPECT_EQ(core::FindHeader(request->headers, "x-acs-action"), "ListTasks");
}

TEST(ServiceCatalogRequests, TheAliasHasTwoSteps) {
  EXPECT_FALSE(Adapter().ResolveAlias("pp-1", 2).has_value());
  EXPECT_FALSE(Adapter().ResolveAlias("pp-1", -1).has_value());
}

TEST(ServiceCatalogRequests, EveryActionHasABudget) {
  for (const core::HttpRequest& request :
       {Adapter().GetTask("t"), Adapter().ListTasks({}), Adapter().ResolveAlias("pp-1", 0)->request}) {
    const std::string_view action = core::FindHeader(request.headers, "x-acs-action");
    EXPECT_THAT(Adapter().traits().operations, testing::Contains(testing::Field(&Operation::name, action)));
  }
}

TEST(ServiceCatalogRequests, AStepOfTheAliasIsChargedToTheActionThatItSends) {
  for (const int step : {0, 1}) {
    const std::optional<AliasLookup> lookup = Adapter().ResolveAlias("pp-1", step);
    EXPECT_EQ(lookup->operation, core::FindHeader(lookup->request.headers, "x-acs-action"));
  }
}

TEST(ServiceCatalogRequests, AreSignedWithAcs3) {
  core::HttpRequest request = Adapter().GetTask("task-1");
  request.host = "servicecatalog.cn-hangzhou.aliyuncs.com";
  const core::Credentials credentials{
      .access_key_id = "key", .access_key_secret = core::Secret("secret"), .security_token = core::Secret("token")};
  Adapter().Sign(request, credentials, {.time = absl::FromUnixSeconds(1'700'000'000), .nonce = "nonce-1"});
  EXPECT_EQ(core::FindHeader(request.headers, "x-acs-security-token"), "token");
  EXPECT_THAT(std::string(core::FindHeader(request.headers, "authorization")),
              testing::StartsWith("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=content-type;host;x-acs-action;"));
}

TEST(ServiceCatalogTraits, AreAsDocumented) {
  const Traits& traits = Adapter().traits();
  EXPECT_EQ(traits.kind, "service_catalog");
  EXPECT_FALSE(traits.can_cancel);
  EXPECT_TRUE(traits.can_list && traits.has_logs && traits.has_latest_alias);
  EXPECT_EQ(traits.min_poll_interval, absl::Seconds(3));
  ASSERT_EQ(traits.operations.size(), 3u);
  EXPECT_EQ(traits.operations[0].max_reply_bytes, 128u << 20);
  EXPECT_EQ(traits.operations[1].max_reply_bytes, 16u << 20);
  EXPECT_EQ(traits.operations[2].max_reply_bytes, 16u << 20);
  for (const Operation& operation : traits.operations) {
    EXPECT_EQ(operation.requests_per_second, 5);
    EXPECT_EQ(operation.burst, 5);
  }
}

TEST(ServiceCatalogTraits, OffersNoCancel) {
  EXPECT_EQ(Adapter().DecodeCancelTask({}, {}).status.code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace taskgateway::service_catalog

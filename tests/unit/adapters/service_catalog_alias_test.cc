// What `provisionedProducts/{id}/tasks/latest` resolves to.
#include "adapters/core/status_catalogue.h"
#include "adapters/service_catalog/service_catalog.h"
#include "gtest/gtest.h"

namespace taskgateway::service_catalog {
namespace {

constexpr int kProvisionedProduct = 0;
constexpr int kNewestTask = 1;

Reply<AliasStep> Decode(int step, std::string body, int status = 200) {
  return ServiceCatalogAdapter().DecodeResolveAlias(
      {.status = status, .headers = {}, .body = std::move(body)}, step,
      {.name = "sources/sc/provisionedProducts/pp-1/tasks/latest", .host = "servicecatalog.cn-hangzhou.aliyuncs.com"});
}

TEST(ServiceCatalogAlias, IsTheLastTaskOfTheProvisionedProduct) {
  const Reply<AliasStep> reply = Decode(kProvisionedProduct, R"({"RequestId": "R1", "ProvisionedProductDetail": {
      "LastTaskId": "task-3", "LastProvisioningTaskId": "task-2", "LastSuccessfulProvisioningTaskId": "task-1"}})");
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.task_id, "task-3");
  EXPECT_FALSE(reply.value.try_next);
}

TEST(ServiceCatalogAlias, TriesTheNextStepWhenTheProductNamesNone) {
  for (const char* detail : {"{}", R"({"LastTaskId": null})", R"({"LastTaskId": ""})", R"({"LastTaskId": "\n"})"}) {
    const Reply<AliasStep> reply =
        Decode(kProvisionedProduct, std::string(R"({"ProvisionedProductDetail": )") + detail + "}");
    ASSERT_TRUE(reply.verdict.status.ok()) << detail;
    EXPECT_TRUE(reply.value.try_next) << detail;
    EXPECT_EQ(reply.value.task_id, "") << detail;
  }
}

TEST(ServiceCatalogAlias, IsThenTheNewestTask) {
  const Reply<AliasStep> reply =
      Decode(kNewestTask, R"({"TotalCount": 7, "TaskDetails": [{"TaskId": "task-9", "Status": "InProgress"}]})");
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.task_id, "task-9");
  EXPECT_FALSE(reply.value.try_next);
}

TEST(ServiceCatalogAlias, IsNothingYetWhenThereIsNoTask) {
  const Reply<AliasStep> reply = Decode(kNewestTask, R"({"TotalCount": 0, "TaskDetails": []})");
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.task_id, "");
  EXPECT_FALSE(reply.value.try_next);
}

TEST(ServiceCatalogAlias, OfAnUnknownProductIsNotFound) {
  for (const int step : {kProvisionedProduct, kNewestTask}) {
    const Reply<AliasStep> reply =
        Decode(step, R"({"Code": "InvalidProvisionedProduct.NotFound", "Message": "none", "RequestId": "R1"})", 400);
    EXPECT_EQ(reply.verdict.status.code(), absl::StatusCode::kNotFound) << step;
    EXPECT_EQ(core::ReasonOf(reply.verdict.status), "PRODUCT_NOT_FOUND") << step;
  }
}

TEST(ServiceCatalogAlias, OfABrokenReplyIsUnavailable) {
  for (const char* body : {"", "[]", "{}", "<html>", R"({"ProvisionedProductDetail": null})"}) {
    EXPECT_EQ(core::ReasonOf(Decode(kProvisionedProduct, body).verdict.status), "UPSTREAM_BROKEN_REPLY") << body;
  }
  for (const char* body : {"", "[]", "{}", R"({"TaskDetails": [{}]})"}) {
    EXPECT_EQ(core::ReasonOf(Decode(kNewestTask, body).verdict.status), "UPSTREAM_BROKEN_REPLY") << body;
  }
}

TEST(ServiceCatalogAlias, ErrorsAreErrorsAndNameTheRamActionOfTheStep) {
  const auto denied = [](int step) {
    return core::ToRpcStatus(Decode(step, R"({"Code": "NoPermission", "Message": "no"})", 403).verdict.status)
        .SerializeAsString();
  };
  EXPECT_NE(denied(kProvisionedProduct).find("servicecatalog:GetProvisionedProduct"), std::string::npos);
  EXPECT_NE(denied(kNewestTask).find("servicecatalog:ListTasks"), std::string::npos);
  EXPECT_EQ(Decode(kProvisionedProduct, R"({"Code": "Throttling", "Message": ""})").verdict.signal, Signal::kThrottled);
  EXPECT_EQ(Decode(kProvisionedProduct, "", 503).verdict.signal, Signal::kTransient);
}

}  // namespace
}  // namespace taskgateway::service_catalog

// What a reply of ListTasks means.
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/service_catalog/service_catalog.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"
#include "tests/unit/adapters/task_rules.h"

namespace taskgateway::service_catalog {
namespace {

constexpr TaskRef kRef{.name = "sources/sc", .host = "servicecatalog.cn-hangzhou.aliyuncs.com"};

Reply<TaskPage> Decode(std::string body, int page_number = 1, int page_size = 2, int status = 200) {
  const ListQuery query{.provisioned_product_id = "pp-1", .page_number = page_number, .page_size = page_size};
  return ServiceCatalogAdapter().DecodeListTasks({.status = status, .headers = {}, .body = std::move(body)}, query,
                                                 kRef);
}

// A page with the tasks `task-1` .. `task-{count}` and `rest` behind them.
std::string Page(int count, std::string_view rest) {
  std::string tasks;
  for (int i = 1; i <= count; ++i) {
    absl::StrAppend(&tasks, i > 1 ? "," : "", R"({"Status": "Failed", "TaskId": "task-)", i, R"("})");
  }
  return absl::StrCat(R"({"RequestId": "R1", "TaskDetails": [)", tasks, "]", std::string(rest), "}");
}

TEST(ServiceCatalogList, ItemsAreTasksInTheUpstreamsOrder) {
  const Reply<TaskPage> reply = Decode(Page(2, R"(, "TotalCount": 2)"));
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  ASSERT_EQ(reply.value.tasks.size(), 2u);
  EXPECT_EQ(reply.value.tasks[0].uid(), "task-1");
  EXPECT_EQ(reply.value.tasks[1].uid(), "task-2");
  for (const v1::Task& task : reply.value.tasks) {
    EXPECT_EQ(task.state(), v1::Task::FAILED);
    EXPECT_EQ(task.source_request_id(), "R1");
    ExpectKeepsTheRules(task);
  }
}

TEST(ServiceCatalogList, AnItemSaysAllThatGetTaskSaysButLogContents) {
  const std::string sample = golden::ReadTestdata("service_catalog", "sample.json");
  const std::size_t detail = sample.find('{', 1);
  const std::size_t end = sample.rfind('}', sample.rfind('}') - 1);
  Reply<TaskPage> page =
      Decode(absl::StrCat(R"({"RequestId": "0FEEF92D-4052-5202-87D0-3D8EC16F81BF", "TaskDetails": [)",
                          sample.substr(detail, end - detail + 1), "]}"));
  ASSERT_TRUE(page.verdict.status.ok()) << page.verdict.status;
  ASSERT_EQ(page.value.tasks.size(), 1u);
  Reply<DecodedTask> got =
      ServiceCatalogAdapter().DecodeGetTask({.status = 200, .headers = {}, .body = sample},
                                            {.name = "sources/sc/tasks/task-bp1dmg242c****", .host = "h"}, false);
  ASSERT_TRUE(got.verdict.status.ok());
  EXPECT_EQ(page.value.tasks[0].logs_size(), 0);
  EXPECT_EQ(page.value.tasks[0].log_summary().entry_count(), 1);
  EXPECT_EQ(page.value.tasks[0].DebugString(), got.value.task->DebugString());
}

TEST(ServiceCatalogList, TotalCountTellsWhetherThereIsMore) {
  EXPECT_TRUE(Decode(Page(2, R"(, "TotalCount": 3)")).value.has_more);
  EXPECT_FALSE(Decode(Page(2, R"(, "TotalCount": 2)")).value.has_more);
  EXPECT_TRUE(Decode(Page(2, R"(, "TotalCount": 5)"), 2).value.has_more);
  EXPECT_FALSE(Decode(Page(1, R"(, "TotalCount": 3)"), 2).value.has_more);
  EXPECT_TRUE(Decode(Page(2, R"(, "TotalCount": "3")")).value.has_more);
}

TEST(ServiceCatalogList, WithoutATotalAFullPageMayHaveMoreBehindIt) {
  for (const char* rest : {"", R"(, "TotalCount": null)", R"(, "TotalCount": "many")", R"(, "TotalCount": -1)"}) {
    EXPECT_TRUE(Decode(Page(2, rest)).value.has_more) << rest;
    EXPECT_FALSE(Decode(Page(1, rest)).value.has_more) << rest;
  }
}

// Tasks may go while a caller pages through them: an empty page is the last one.
TEST(ServiceCatalogList, AnEmptyPageIsTheLast) {
  const Reply<TaskPage> reply = Decode(Page(0, R"(, "TotalCount": 100)"), 3);
  EXPECT_TRUE(reply.verdict.status.ok());
  EXPECT_FALSE(reply.value.has_more);
}

TEST(ServiceCatalogList, NoTasksMayBeSaidWithoutAnArray) {
  for (const char* body : {R"({"TotalCount": 0})", R"({"TotalCount": 0, "TaskDetails": null})"}) {
    const Reply<TaskPage> reply = Decode(body);
    EXPECT_TRUE(reply.verdict.status.ok()) << body << reply.verdict.status;
    EXPECT_TRUE(reply.value.tasks.empty() && !reply.value.has_more) << body;
  }
}

TEST(ServiceCatalogList, WithoutTheArrayTheReplyIsBroken) {
  for (const char* body : {"{}", "[]", "", "<html>", R"({"TaskDetails": null})",
                           R"({"TaskDetails": {}, "TotalCount": 0})", R"({"TotalCount": 1})"}) {
    EXPECT_EQ(core::ReasonOf(Decode(body).verdict.status), "UPSTREAM_BROKEN_REPLY") << body;
  }
}

TEST(ServiceCatalogList, ATaskThatCannotBeNamedBreaksThePage) {
  for (const char* item : {"{}", "null", "1", "[]", R"({"TaskId": ""})", R"({"TaskId": " "})", R"({"TaskId": null})"}) {
    const Reply<TaskPage> reply = Decode(absl::StrCat(R"({"TaskDetails": [)", item, "]}"));
    EXPECT_EQ(core::ReasonOf(reply.verdict.status), "UPSTREAM_BROKEN_REPLY") << item;
  }
}

TEST(ServiceCatalogList, ErrorsAreErrors) {
  const char* envelope = R"({"Code": "Throttling.User", "Message": "slow", "RequestId": "R1"})";
  for (const int status : {200, 400, 429}) {
    const Reply<TaskPage> reply = Decode(envelope, 1, 2, status);
    EXPECT_EQ(reply.verdict.status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_EQ(reply.verdict.signal, Signal::kThrottled) << status;
  }
  const std::string denied =
      core::ToRpcStatus(Decode(R"({"Code": "NoPermission"})", 1, 2, 403).verdict.status).SerializeAsString();
  EXPECT_NE(denied.find("servicecatalog:ListTasks"), std::string::npos);
}

TEST(ServiceCatalogList, RepairedTextIsNoted) {
  const Reply<TaskPage> reply =
      Decode("{\"TaskDetails\": [{\"TaskId\": \"t\", \"Log\": {\"TerraformLogs\": [{\"Content\": \"\xff\"}]}}]}");
  ASSERT_EQ(reply.value.tasks.size(), 1u);
  const v1::Task& task = reply.value.tasks[0];
  EXPECT_EQ(task.warnings(task.warnings_size() - 1).kind(), v1::TaskWarning::TEXT_REPAIRED);
}

}  // namespace
}  // namespace taskgateway::service_catalog

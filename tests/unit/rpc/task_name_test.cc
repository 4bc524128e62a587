#include "gateway/rpc/task_name.h"

#include <string>

#include "adapters/core/status_catalogue.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace taskgateway::rpc {
namespace {

TEST(TaskNameTest, TakesSourceAndTaskId) {
  const auto name = ParseTaskName("sources/sc-hangzhou/tasks/task-bp1dmg242c****", "name");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(name->source, "sc-hangzhou");
  EXPECT_EQ(name->task, "task-bp1dmg242c****");
  EXPECT_FALSE(name->any_source());
}

TEST(TaskNameTest, TakesTheWildcardSource) { EXPECT_TRUE(ParseTaskName("sources/-/tasks/t", "name")->any_source()); }

TEST(TaskNameTest, TakesEveryDocumentedCharacterAndLength) {
  EXPECT_TRUE(ParseTaskName("sources/a/tasks/azAZ09._~*-", "name").ok());
  EXPECT_TRUE(ParseTaskName("sources/a/tasks/" + std::string(128, 'x'), "name").ok());
  EXPECT_TRUE(ParseTaskName("sources/a/tasks/...", "name").ok());
  EXPECT_TRUE(ParseTaskName("sources/" + std::string(63, 'a') + "/tasks/t", "name").ok());
}

TEST(TaskNameTest, RefusesEverythingElseWithTheFieldAndARemedy) {
  const std::string bad[] = {
      "",
      "t",
      "sources",
      "sources/",
      "sources/a",
      "sources/a/",
      "sources/a/tasks",
      "sources/a/tasks/",
      "sources//tasks/t",
      "sources/a/tasks/.",
      "sources/a/tasks/..",
      "sources/a/tasks/-",
      "sources/a/tasks/t/u",
      "sources/a/tasks/t u",
      "sources/a/tasks/t%2F",
      "sources/a/tasks/t\n",
      std::string("sources/a/tasks/t\0", 18),
      "sources/a/tasks/\xc3\xa4",
      "sources/a/tasks/" + std::string(129, 'x'),
      "sources/A/tasks/t",
      "sources/1a/tasks/t",
      "sources/a-/tasks/t",
      "sources/a_b/tasks/t",
      "sources/" + std::string(64, 'a') + "/tasks/t",
      "/sources/a/tasks/t",
      "Sources/a/tasks/t",
      "sources/a/Tasks/t",
      "sources/--/tasks/t",
  };
  for (const std::string& name : bad) {
    const absl::Status status = ParseTaskName(name, "names[3]").status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name;
    google::rpc::BadRequest bad_request;
    bool found = false;
    const google::rpc::Status rpc_status = core::ToRpcStatus(status);
    for (const auto& detail : rpc_status.details()) found |= detail.UnpackTo(&bad_request);
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(bad_request.field_violations(0).field(), "names[3]");
    EXPECT_FALSE(bad_request.field_violations(0).description().empty());
  }
}

TEST(TaskNameTest, TakesTheAliasOfAProduct) {
  const auto name = ParseTaskName("sources/sc/provisionedProducts/pp-1/tasks/latest", "name");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_TRUE(name->alias());
  EXPECT_EQ(name->source, "sc");
  EXPECT_EQ(name->provisioned_product_id, "pp-1");
  EXPECT_FALSE(ParseTaskName("sources/sc/tasks/latest", "name")->alias()) << "a task may be called so";
}

TEST(TaskNameTest, AnAliasHasASourceAProductAndNothingElse) {
  for (const char* bad :
       {"sources/-/provisionedProducts/pp-1/tasks/latest", "sources/sc/provisionedProducts/tasks/latest",
        "sources/sc/provisionedProducts//tasks/latest", "sources/sc/provisionedProducts/-/tasks/latest",
        "sources/sc/provisionedProducts/a/b/tasks/latest", "sources/sc/provisionedProducts/pp-1/tasks/first",
        "sources/sc/provisionedProducts/pp-1", "sources/SC/provisionedProducts/pp-1/tasks/latest"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTaskName(bad, "name").status())) << bad;
  }
}

TEST(OperationNameTest, IsTheTasksName) {
  const auto name = ParseOperationName("sources/sc/operations/task-1", "name");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(name->source, "sc");
  EXPECT_EQ(name->task, "task-1");
  EXPECT_EQ(ToOperationName("sources/sc/tasks/task-1"), "sources/sc/operations/task-1");
}

TEST(OperationNameTest, NamesOneSource) {
  for (const char* bad : {"sources/-/operations/t", "sources/sc/tasks/t", "operations/t", "", "sources/sc/operations/",
                          "sources/sc/operations/-", "sources/sc/operations/a/b", "sources/SC/operations/t"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseOperationName(bad, "name").status())) << bad;
  }
}

}  // namespace
}  // namespace taskgateway::rpc

// What people see, against golden files.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/golden.h"
#include "tools/taskctl/tables.h"
#include "tools/taskctl/task_card.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr Surface kPlain;
constexpr Surface kTerminal{/*colours=*/true, /*columns=*/120};
const absl::Time kNow = absl::FromUnixSeconds(1669023003);

v1::BatchGetTasksResponse ThreeTasks() {
  v1::BatchGetTasksResponse batch;
  for (const char* name : {"failed.textproto", "running.textproto", "with_logs.textproto"})
    *batch.add_tasks() = TaskFrom(name);
  return batch;
}

TEST(TaskCard, TheRootCauseOfAFailedTaskComesFirst) {
  const std::string card = TaskCard(TaskFrom("failed.textproto"), kNow, kPlain);
  EXPECT_THAT(card, StartsWith("Root cause   InvalidRamUser.NoPermission: RAM user has no permission"));
  ExpectGolden(card, "failed.card");
}

TEST(TaskCard, WithoutABuriedCauseTheErrorComesFirst) {
  v1::Task task = TaskFrom("failed.textproto");
  task.mutable_error()->clear_root_code();
  task.mutable_error()->clear_root_message();
  EXPECT_THAT(TaskCard(task, kNow, kPlain), StartsWith("Error        OperationFailure.OperationFailed: "));
}

TEST(TaskCard, ACancelledTaskNeedsNoErrorText) {
  v1::Task task;
  task.mutable_error()->set_code(1);
  EXPECT_THAT(TaskCard(task, kNow, kPlain), StartsWith("Error        CANCELLED\n"));
}

TEST(TaskCard, WhatIsNotKnownLeavesNoLineAndNothingRuns) {
  ExpectGolden(TaskCard(TaskFrom("running.textproto"), kNow, kPlain), "running.card");
}

TEST(TaskCard, ShowsValuesWarningsAndLogs) {
  ExpectGolden(TaskCard(TaskFrom("with_logs.textproto"), kNow, kPlain), "with_logs.card");
}

TEST(TaskCard, SaysHowToSeeTheLogs) {
  v1::Task task = TaskFrom("with_logs.textproto");
  task.clear_logs();
  EXPECT_THAT(TaskCard(task, kNow, kPlain), HasSubstr("Logs: 2 entries, 300000 bytes (--view full shows them)"));
}

TEST(TaskCard, ColoursAreForTerminals) {
  const v1::Task task = TaskFrom("failed.textproto");
  EXPECT_THAT(TaskCard(task, kNow, kTerminal), HasSubstr("\x1b[31mFAILED\x1b[0m"));
  EXPECT_THAT(TaskCard(task, kNow, kPlain), Not(HasSubstr("\x1b")));
}

TEST(TaskTable, FitsTheTerminal) {
  const Surface narrow{/*colours=*/false, /*columns=*/120};
  const std::string table = TaskTable(ThreeTasks().tasks(), kNow, narrow);
  ExpectGolden(table, "three.narrow.table");
  for (size_t begin = 0; begin < table.size();) {
    const size_t end = table.find('\n', begin);
    EXPECT_LE(DisplayWidth(table.substr(begin, end - begin)), 120);
    begin = end + 1;
  }
}

TEST(TaskTable, WithoutATerminalNothingIsCut) {
  ExpectGolden(TaskTable(ThreeTasks().tasks(), kNow, kPlain), "three.table");
}

TEST(TaskTable, ColoursDoNotBendTheColumns) {
  std::string table = TaskTable(ThreeTasks().tasks(), kNow, kTerminal);
  EXPECT_THAT(table, HasSubstr("\x1b[31mFAILED\x1b[0m"));
  EXPECT_EQ(WithoutColours(table), TaskTable(ThreeTasks().tasks(), kNow, Surface{/*colours=*/false, /*columns=*/120}));
}

TEST(TaskTable, NothingToShowIsNoHeading) { EXPECT_EQ(TaskTable({}, kNow, kPlain), ""); }

TEST(SourceTable, ShowsWhatEachSourceCanDo) {
  v1::ListSourcesResponse answer;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        sources {
          name: "sources/cloud-control"
          kind: "cloud_control"
          account: "main"
          endpoint: "https://cloudcontrol.example"
          capabilities { cancel: true }
          budgets { operation: "GetTask" requests_per_second: 20 burst: 20 task_capacity: 400 }
          budgets { operation: "CancelTask" requests_per_second: 0.5 burst: 1 }
        }
        sources {
          name: "sources/sc-hangzhou"
          kind: "service_catalog"
          account: "main"
          endpoint: "https://sc.example"
          capabilities { list: true logs: true latest_alias: true }
        })pb",
      &answer));
  ExpectGolden(SourceTable(answer.sources()), "sources.table");
}

}  // namespace
}  // namespace taskgateway::taskctl

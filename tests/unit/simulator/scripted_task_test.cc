#include "tools/simulator/scripted_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rapidjson/document.h"
#include "tests/unit/simulator/manual_clock.h"
#include "tools/simulator/yaml_to_json.h"

namespace taskgateway::simulator {
namespace {

using ::testing::ElementsAre;

TaskScript Script(std::string_view yaml) {
  const absl::StatusOr<rapidjson::Document> document = YamlToJson(yaml);
  EXPECT_TRUE(document.ok()) << document.status();
  const absl::StatusOr<TaskScript> script = ReadTaskScript(*document, "");
  EXPECT_TRUE(script.ok()) << script.status();
  return script.value_or(TaskScript{});
}

rapidjson::Document Shown(const ScriptedTask& task, bool with_tags = true) {
  Body body;
  task.AppendTo(body, with_tags);
  rapidjson::Document document;
  document.Parse(body.ToString().c_str());
  EXPECT_TRUE(document.IsObject()) << body.ToString();
  return document;
}

std::string Status(ScriptedTask& task) {
  task.CountRead();
  return task.status();
}

TEST(ScriptedTask, StepsFollowTheTimeSinceTheStart) {
  ManualClock clock;
  ScriptedTask task(Script("{api: cloud_control, id: t, steps: [{status: Pending}, {after: 2s, status: Running}, "
                           "{after: 5s, status: Succeeded}]}"),
                    clock);
  std::vector<std::string> seen;
  for (int second = 0; second < 6; ++second) {
    seen.push_back(Status(task));
    clock.Advance(absl::Seconds(1));
  }
  EXPECT_THAT(seen, ElementsAre("Pending", "Pending", "Running", "Running", "Running", "Succeeded"));
}

TEST(ScriptedTask, StepsFollowTheNumberOfReads) {
  ManualClock clock;
  ScriptedTask task(Script("{api: cloud_control, id: t, steps: [{status: Pending}, {at_request: 2, status: Running}, "
                           "{at_request: 4, status: Failed}]}"),
                    clock);
  std::vector<std::string> seen;
  for (int read = 0; read < 5; ++read) seen.push_back(Status(task));
  EXPECT_THAT(seen, ElementsAre("Pending", "Running", "Running", "Failed", "Failed"));
}

TEST(ScriptedTask, AListingMovesOnWithTheTimeButIsNoRead) {
  ManualClock clock;
  ScriptedTask task(
      Script("{api: service_catalog, id: t, steps: [{status: A}, {at_request: 1, status: B}, {after: 9s, status: C}]}"),
      clock);
  task.Advance();
  EXPECT_EQ(task.status(), "A");
  EXPECT_EQ(Status(task), "B");
  clock.Advance(absl::Seconds(9));
  task.Advance();
  EXPECT_EQ(task.status(), "C");
}

TEST(ScriptedTask, FieldsWinOverDefaultsStepsOverFieldsAndOmitTakesAway) {
  ManualClock clock;
  ScriptedTask task(
      Script(R"({api: cloud_control, id: t, fields: {regionId: cn-beijing, product: VPC, extra: [1, null]},
                              omit: [resourceId], steps: [{status: Running, fields: {product: null}}]})"),
      clock);
  const rapidjson::Document shown = Shown(task);
  EXPECT_STREQ(shown["regionId"].GetString(), "cn-beijing");
  EXPECT_TRUE(shown["product"].IsNull());
  EXPECT_EQ(shown["extra"].Size(), 2u);
  EXPECT_FALSE(shown.HasMember("resourceId"));
  EXPECT_STREQ(shown["taskAction"].GetString(), "Create");
}

TEST(ScriptedTask, AnErrorsMessageIsTextOrAnObject) {
  ManualClock clock;
  ScriptedTask text(
      Script(R"({api: cloud_control, id: t, steps: [{status: Failed, error: {code: C, message: '{"a":1}'}}]})"), clock);
  ScriptedTask object(
      Script("{api: cloud_control, id: t, steps: [{status: Failed, error: {code: C, message: {errorCode: X}}}]}"),
      clock);
  EXPECT_STREQ(Shown(text)["error"]["message"].GetString(), "{\"a\":1}");
  EXPECT_STREQ(Shown(object)["error"]["message"]["errorCode"].GetString(), "X");
}

TEST(ScriptedTask, UpdateTimeIsWhenTheStepBegan) {
  ManualClock clock;
  ScriptedTask task(
      Script("{api: service_catalog, id: t, steps: [{status: InProgress}, {after: 10s, status: Succeeded}]}"), clock);
  clock.Advance(absl::Seconds(30));
  task.CountRead();
  const rapidjson::Document shown = Shown(task);
  EXPECT_STREQ(shown["CreateTime"].GetString(), "2027-01-15T09:00:00Z");
  EXPECT_STREQ(shown["UpdateTime"].GetString(), "2027-01-15T09:00:10Z");
}

TEST(ScriptedTask, CancelsOnlyWhatIsPendingOrRunning) {
  for (const std::string status : {"Pending", "Running", "Succeeded", "Failed", "Cancelling", "Cancelled"}) {
    ManualClock clock;
    ScriptedTask task(Script("{api: cloud_control, id: t, steps: [{status: " + status + "}]}"), clock);
    EXPECT_EQ(task.Cancel(), status == "Pending" || status == "Running") << status;
  }
}

TEST(ScriptedTask, ACancelledTaskLeavesItsStepsForThoseOfTheCancellation) {
  ManualClock clock;
  ScriptedTask task(Script(R"({api: cloud_control, id: t, steps: [{status: Running}, {after: 5s, status: Succeeded}],
                              on_cancel: [{status: Cancelling}, {after: 3s, status: Cancelled}]})"),
                    clock);
  clock.Advance(absl::Seconds(4));
  ASSERT_TRUE(task.Cancel());
  clock.Advance(absl::Seconds(2));
  EXPECT_EQ(Status(task), "Cancelling");
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Status(task), "Cancelled");
}

TEST(ScriptedTask, ALogGrowsByReadsOverItsEntries) {
  ManualClock clock;
  ScriptedTask task(Script(R"({api: service_catalog, id: t, steps: [{status: InProgress}],
                              log: {entries: 2, start_bytes: 100, end_bytes: 1000, over_requests: 3}})"),
                    clock);
  std::vector<std::size_t> bytes;
  std::vector<std::size_t> entries;
  for (int read = 0; read < 4; ++read) {
    task.CountRead();
    const rapidjson::Document shown = Shown(task);
    const auto& logs = shown["Log"]["TerraformLogs"];
    entries.push_back(logs.Size());
    bytes.push_back(0);
    for (const auto& log : logs.GetArray()) bytes.back() += log["Content"].GetStringLength();
  }
  EXPECT_THAT(entries, ElementsAre(1, 2, 2, 2));
  EXPECT_EQ(bytes[0], PlainLog({0, 100}).size());
  EXPECT_EQ(bytes[1], PlainLog({0, 500}).size() + PlainLog({1, 50}).size());
  EXPECT_EQ(bytes[2], PlainLog({0, 500}).size() + PlainLog({1, 500}).size());
  EXPECT_EQ(bytes[3], bytes[2]);
}

TEST(ScriptedTask, ListingsLeaveTagsOut) {
  ManualClock clock;
  const ScriptedTask task(Script("{api: service_catalog, id: t, steps: [{status: InProgress}]}"), clock);
  EXPECT_TRUE(Shown(task).HasMember("TaskTags"));
  EXPECT_FALSE(Shown(task, false).HasMember("TaskTags"));
}

}  // namespace
}  // namespace taskgateway::simulator

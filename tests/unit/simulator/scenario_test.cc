#include "tools/simulator/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/simulator/demo_scenario.h"

namespace taskgateway::simulator {
namespace {

using ::testing::HasSubstr;

struct BadScenario {
  std::string yaml;
  std::string field;
  std::string remedy;
};

void PrintTo(const BadScenario& scenario, std::ostream* out) { *out << scenario.yaml; }

class RefusedScenario : public ::testing::TestWithParam<BadScenario> {};

TEST_P(RefusedScenario, NamesTheFieldAndTheRemedy) {
  const absl::Status status = ParseScenario(GetParam().yaml).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().field));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().remedy));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedScenario,
    ::testing::Values(
        BadScenario{"tasks: [", "line 1", "is not YAML"}, BadScenario{"- a", "the document", "must be an object"},
        BadScenario{"task: []", "task:", "known are: access_keys, tasks,"},
        BadScenario{"tasks: {}", "tasks:", "must be a list"},
        BadScenario{"tasks: [{id: t, steps: [{status: A}]}]",
                    "tasks[0].api:", "write cloud_control or service_catalog"},
        BadScenario{"tasks: [{api: ecs, id: t, steps: [{status: A}]}]",
                    "tasks[0].api:", "cloud_control, service_catalog"},
        BadScenario{"tasks: [{api: cloud_control, steps: [{status: A}]}]", "tasks[0].id:", "is missing"},
        BadScenario{"tasks: [{api: cloud_control, id: 12, steps: [{status: A}]}]", "tasks[0].id:", "in quotes"},
        BadScenario{"tasks: [{api: cloud_control, id: t}]", "tasks[0].steps:", "at least one step"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{}]}]", "tasks[0].steps[0].status:", "is missing"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{after: 2x, status: A}]}]",
                    "tasks[0].steps[0].after:", "500ms, 2s"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{after: -2s, status: A}]}]",
                    "steps[0].after:", "500ms, 2s"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{after: 2s, at_request: 1, status: A}]}]",
                    "steps[0].after:", "keep one"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{at_request: 0, status: A}]}]",
                    "steps[0].at_request:", "whole number from 1"},
        BadScenario{"tasks: [{api: cloud_control, id: t, steps: [{status: A}], log: {}}]",
                    "tasks[0].log:", "known are"},
        BadScenario{"tasks: [{api: service_catalog, id: t, steps: [{status: A, error: {}}]}]",
                    "steps[0].error:", "status_message"},
        BadScenario{"tasks: [{api: service_catalog, id: t, steps: [{status: A}], log: {end_bytes: 65MiB}}]",
                    "tasks[0].log.end_bytes:", "at most 67108864 bytes"},
        BadScenario{"tasks: [{api: service_catalog, id: t, steps: [{status: A}], log: {start_bytes: 2, end_bytes: 1}}]",
                    "tasks[0].log.start_bytes:", "only grows"},
        BadScenario{"tasks: [{api: cloud_control, id: t, fields: [], steps: [{status: A}]}]",
                    "tasks[0].fields:", "must be an object"},
        BadScenario{"faults: [{status: 500}]", "faults[0].status:", "known are: match"},
        BadScenario{"faults: [{html: {}, broken_json: {}}]", "faults[0]:", "keep one of error, html"},
        BadScenario{"faults: [{error: {code: X, status: 200}}]", "faults[0].error.status:", "from 400 to 599"},
        BadScenario{"faults: [{reset: soon}]", "faults[0].reset:", "before_headers, after_headers"},
        BadScenario{"faults: [{hang: \"yes\"}]", "faults[0].hang:", "true or false"},
        BadScenario{"faults: [{headers: {x-acs-retry-after: 250}}]",
                    "faults[0].headers.x-acs-retry-after:", "in quotes"},
        BadScenario{"launch: {task_after: soon}", "launch.task_after:", "500ms, 2s"},
        BadScenario{"provisioned_products: [{}]", "provisioned_products[0].id:", "is missing"},
        BadScenario{"access_keys: [{id: a}]", "access_keys[0].secret:", "is missing"}));

TEST(Scenario, TheDemonstrationHasBothApisInEveryState) {
  const absl::StatusOr<Scenario> demo = ParseScenario(DemoScenario());
  ASSERT_TRUE(demo.ok()) << demo.status();
  std::set<std::string> states;
  for (const TaskScript& task : demo->tasks) {
    for (const Step& step : task.steps) states.insert(std::string(WordOf(task.api)) + " " + step.status);
  }
  EXPECT_THAT(states,
              ::testing::IsSupersetOf({"cloud_control Pending", "cloud_control Running", "cloud_control Succeeded",
                                       "cloud_control Failed", "cloud_control Cancelled", "service_catalog InProgress",
                                       "service_catalog Succeeded", "service_catalog Failed"}));
}

TEST(Scenario, QuotesKeepNumbersText) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(
      "tasks: [{api: cloud_control, id: \"12\", fields: {a: 1, b: \"1\", c: yes}, steps: [{status: A}]}]");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->tasks[0].fields, (Members{{"a", "1"}, {"b", "\"1\""}, {"c", "\"yes\""}}));
}

TEST(Scenario, AMissingFileIsNamed) {
  const absl::Status status = LoadScenario("/nowhere/scenario.yaml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/scenario.yaml"));
}

TEST(Scenario, AnErrorNeverShowsASecret) {
  const absl::Status status = ParseScenario("access_keys: [{id: a, secret: [hush]}]").status();
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace taskgateway::simulator

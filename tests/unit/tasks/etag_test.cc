#include "gateway/tasks/etag.h"

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace taskgateway::tasks {
namespace {

v1::Task Sample() {
  v1::Task task;
  task.set_name("sources/s/tasks/t");
  task.set_state(v1::Task::FAILED);
  task.set_source_status("Failed");
  task.set_action(v1::Task::CREATE);
  task.set_source_action("Create");
  task.mutable_error()->set_code(7);
  task.mutable_error()->set_message("m");
  task.mutable_target()->set_resource_id("i-1");
  task.mutable_create_time()->set_seconds(1);
  task.add_parameters()->set_key("p1");
  task.add_parameters()->set_key("p2");
  task.add_outputs()->set_key("o1");
  task.add_outputs()->set_key("o2");
  task.mutable_service_catalog()->set_product_id("prod-1");
  return task;
}

using Change = std::function<void(v1::Task&)>;

TEST(EtagTest, HasItsFormAndStaysTheSameInEveryBuild) {
  // A change of this value makes every client see a change of every task: raise the version in front of the dash
  // instead.
  EXPECT_EQ(Etag(v1::Task()), "1-37fb54ca8773110a77e4a3a06b3d2abf");
}

TEST(EtagTest, ChangesWithEveryMeaningfulField) {
  const std::vector<std::pair<const char*, Change>> changes = {
      {"name", [](v1::Task& t) { t.set_name("sources/s/tasks/u"); }},
      {"state", [](v1::Task& t) { t.set_state(v1::Task::CANCELLED); }},
      {"source_status", [](v1::Task& t) { t.set_source_status("failed"); }},
      {"action", [](v1::Task& t) { t.set_action(v1::Task::UPDATE); }},
      {"source_action", [](v1::Task& t) { t.set_source_action("create"); }},
      {"error.code", [](v1::Task& t) { t.mutable_error()->set_code(5); }},
      {"error.source_code", [](v1::Task& t) { t.mutable_error()->set_source_code("c"); }},
      {"error.message", [](v1::Task& t) { t.mutable_error()->set_message("n"); }},
      {"error.root_code", [](v1::Task& t) { t.mutable_error()->set_root_code("c"); }},
      {"error.root_message", [](v1::Task& t) { t.mutable_error()->set_root_message("c"); }},
      {"error.partial", [](v1::Task& t) { t.mutable_error()->set_partial(true); }},
      {"error.retryable", [](v1::Task& t) { t.mutable_error()->set_retryable(true); }},
      {"no error", [](v1::Task& t) { t.clear_error(); }},
      {"leftover error",
       [](v1::Task& t) {
         t.add_warnings()->set_kind(v1::TaskWarning::LEFTOVER_ERROR);
         t.mutable_warnings(0)->mutable_error()->set_message("w");
       }},
      {"product", [](v1::Task& t) { t.mutable_target()->set_product("ECS"); }},
      {"resource_type", [](v1::Task& t) { t.mutable_target()->set_resource_type("Instance"); }},
      {"resource_id", [](v1::Task& t) { t.mutable_target()->set_resource_id("i-2"); }},
      {"resource_path", [](v1::Task& t) { t.mutable_target()->set_resource_path("a/b"); }},
      {"region_id", [](v1::Task& t) { t.mutable_target()->set_region_id("r"); }},
      {"create_time", [](v1::Task& t) { t.mutable_create_time()->set_seconds(2); }},
      {"update_time", [](v1::Task& t) { t.mutable_update_time()->set_seconds(2); }},
      {"a parameter key", [](v1::Task& t) { t.mutable_parameters(0)->set_key("p0"); }},
      {"one more parameter", [](v1::Task& t) { t.add_parameters()->set_key("p3"); }},
      {"an output key", [](v1::Task& t) { t.mutable_outputs(0)->set_key("o0"); }},
      {"an output description", [](v1::Task& t) { t.mutable_outputs(0)->set_description("d"); }},
      {"portfolio_id", [](v1::Task& t) { t.mutable_service_catalog()->set_portfolio_id("x"); }},
      {"product_id", [](v1::Task& t) { t.mutable_service_catalog()->set_product_id("x"); }},
      {"product_name", [](v1::Task& t) { t.mutable_service_catalog()->set_product_name("x"); }},
      {"product_version_id", [](v1::Task& t) { t.mutable_service_catalog()->set_product_version_id("x"); }},
      {"product_version_name", [](v1::Task& t) { t.mutable_service_catalog()->set_product_version_name("x"); }},
      {"provisioned_product_id", [](v1::Task& t) { t.mutable_service_catalog()->set_provisioned_product_id("x"); }},
      {"provisioned_product_name", [](v1::Task& t) { t.mutable_service_catalog()->set_provisioned_product_name("x"); }},
      {"status_message", [](v1::Task& t) { t.mutable_service_catalog()->set_status_message("x"); }},
  };
  const std::string before = Etag(Sample());
  for (const auto& [what, change] : changes) {
    v1::Task task = Sample();
    change(task);
    EXPECT_NE(Etag(task), before) << what;
  }
}

TEST(EtagTest, StaysTheSameWithWhatIsOfTheReadingOnlyAndWithTheOrderOfLists) {
  const std::vector<std::pair<const char*, Change>> changes = {
      {"source_request_id", [](v1::Task& t) { t.set_source_request_id("r"); }},
      {"root_request_id", [](v1::Task& t) { t.mutable_error()->set_root_request_id("r"); }},
      {"read_time", [](v1::Task& t) { t.mutable_read_time()->set_seconds(9); }},
      {"next_poll_delay", [](v1::Task& t) { t.mutable_next_poll_delay()->set_seconds(9); }},
      {"logs", [](v1::Task& t) { t.add_logs()->set_content("l"); }},
      {"log_summary", [](v1::Task& t) { t.mutable_log_summary()->set_content_bytes(9); }},
      {"raw", [](v1::Task& t) { (*t.mutable_raw()->mutable_fields())["a"].set_bool_value(true); }},
      {"a parameter value", [](v1::Task& t) { t.mutable_parameters(0)->set_value("v"); }},
      {"an output value", [](v1::Task& t) { t.mutable_outputs(0)->set_value("v"); }},
      {"redaction", [](v1::Task& t) { t.mutable_outputs(0)->set_redacted(true); }},
      {"tags", [](v1::Task& t) { t.add_tags()->set_key("k"); }},
      {"a note about the reading", [](v1::Task& t) { t.add_warnings()->set_kind(v1::TaskWarning::TRUNCATED); }},
      {"order of parameters", [](v1::Task& t) { t.mutable_parameters()->SwapElements(0, 1); }},
      {"order of outputs", [](v1::Task& t) { t.mutable_outputs()->SwapElements(0, 1); }},
  };
  const std::string before = Etag(Sample());
  for (const auto& [what, change] : changes) {
    v1::Task task = Sample();
    change(task);
    EXPECT_EQ(Etag(task), before) << what;
  }
}

}  // namespace
}  // namespace taskgateway::tasks

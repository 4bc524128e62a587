#include "tests/bench/bare_task.h"

#include <string>

namespace taskgateway::bench {

v1::Task BareTask() {
  v1::Task task;
  task.set_name("sources/service-catalog/tasks/task-bp1dmg242c71cf");
  task.set_source("sources/service-catalog");
  task.set_uid("task-bp1dmg242c71cf");
  task.set_state(v1::Task::SUCCEEDED);
  task.set_done(true);
  task.set_source_status("Succeeded");
  task.set_action(v1::Task::CREATE);
  task.set_source_action("LaunchProduct");
  v1::TaskTarget& target = *task.mutable_target();
  target.set_product("ServiceCatalog");
  target.set_resource_type("ProvisionedProduct");
  target.set_resource_id("pp-bp1ddg1n2a9cd1");
  target.set_region_id("cn-hangzhou");
  task.mutable_create_time()->set_seconds(1'653'277'562);
  task.mutable_update_time()->set_seconds(1'653'277'582);
  task.mutable_read_time()->set_seconds(1'653'277'583);
  task.mutable_read_time()->set_nanos(250'000'000);
  task.set_source_request_id("0FEEF92D-4052-5202-87D0-3D8EC16F81BF");
  task.set_etag("5f0c7be2a9d34816");
  v1::ServiceCatalogDetails& details = *task.mutable_service_catalog();
  details.set_product_id("prod-bp18r7q127u45k");
  details.set_product_name("DEMO-create ECS");
  details.set_provisioned_product_id("pp-bp1ddg1n2a9cd1");
  details.set_provisioned_product_name("DEMO-ECS instance 01");
  constexpr int kOutputs = 5;
  constexpr std::size_t kValueBytes = 111;
  for (int i = 0; i < kOutputs; ++i) {
    v1::TaskOutput& output = *task.add_outputs();
    output.set_key("instance_id");
    output.set_value(std::string(kValueBytes, 'x'));
  }
  return task;
}

}  // namespace taskgateway::bench

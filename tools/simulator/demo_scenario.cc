#include "tools/simulator/demo_scenario.h"

namespace taskgateway::simulator {

std::string_view DemoScenario() {
  return R"yaml(
tasks:
# Cloud Control
- api: cloud_control
  id: task-cc-pending
  steps: [{status: Pending}]
- api: cloud_control
  id: task-cc-running
  steps: [{status: Running}]
- api: cloud_control
  id: task-cc-succeeded
  fields: {resourceId: i-8vbascjthm7kzhp3, resourcePath: Instance/i-8vbascjthm7kzhp3, regionId: cn-beijing}
  steps: [{status: Succeeded}]
- api: cloud_control
  id: task-cc-failed
  steps:
  - status: Failed
    error:
      code: OperationFailure.OperationFailed
      # What went wrong is buried: a JSON document inside the message.
      message: '{"requestId":"1D2C3B4A-0000-5000-8000-000000000001","errorCode":"InvalidRamUser.NoPermission","errorMsg":"Ram user is not authorized to perform the operation."}'
- api: cloud_control
  id: task-cc-cancelled
  steps: [{status: Cancelled}]
- api: cloud_control
  id: task-cc-progress
  steps:
  - {status: Pending}
  - {after: 3s, status: Running}
  - {after: 15s, status: Succeeded}

# Service Catalog
- api: service_catalog
  id: task-sc-succeeded
  fields: {ProvisionedProductId: pp-demo}
  log: {entries: 3, end_bytes: 2KiB}
  steps: [{status: Succeeded}]
- api: service_catalog
  id: task-sc-failed
  fields: {ProvisionedProductId: pp-demo, TaskType: UpdateProvisionedProduct}
  log: {entries: 3, end_bytes: 2KiB}
  steps:
  - status: Failed
    status_message: 'Resource UPDATE failed: terraform stack sc-simulated failure: InvalidVSwitchId.NotFound'
- api: service_catalog
  id: task-sc-running
  fields: {ProvisionedProductId: pp-demo, TaskType: UpdateProvisionedProduct}
  log: {entries: 3, start_bytes: 1KiB, end_bytes: 256KiB, over: 2m}
  steps: [{status: InProgress}]
- api: service_catalog
  id: task-sc-progress
  fields: {ProvisionedProductId: pp-demo-progress}
  log: {entries: 3, start_bytes: 200, end_bytes: 3KiB, over: 15s}
  steps:
  - {status: InProgress}
  - {after: 15s, status: Succeeded}

# A product whose launch has no task yet.
provisioned_products:
- id: pp-demo-empty
)yaml";
}

}  // namespace taskgateway::simulator

// Reads that need no upstream.
#include <string>

#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using simulator::Api;

class CacheTest : public GatewayTest {
 protected:
  // One GetTask that accepts a reading of the last hour.
  v1::Task GetKept(const std::string& name) {
    grpc::ClientContext context;
    v1::GetTaskRequest request;
    request.set_name(name);
    request.mutable_max_staleness()->set_seconds(3600);
    v1::Task task;
    const grpc::Status status = stub().GetTask(&context, request, &task);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return task;
  }
};

TEST_F(CacheTest, AReadingThatIsYoungEnoughAnswersEveryCaller) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  const v1::Task first = GetKept("sources/cc/tasks/t");
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(GetKept("sources/cc/tasks/t").SerializeAsString(), first.SerializeAsString());
  }
  EXPECT_EQ(Reads(Api::kCloudControl), 1u);
  v1::Task fresh;
  EXPECT_TRUE(Get("sources/cc/tasks/t", &fresh).ok());
  EXPECT_EQ(Reads(Api::kCloudControl), 2u) << "max_staleness 0 asks the upstream";
}

TEST_F(CacheTest, ADoneTaskIsReadOnceAndStaysDone) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: Succeeded}, {at_request: 2, status: InProgress}]}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task).ok());
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task).ok());
  EXPECT_EQ(Reads(Api::kServiceCatalog), 1u);
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task, v1::TASK_VIEW_RAW).ok());
  EXPECT_EQ(Reads(Api::kServiceCatalog), 2u) << "the upstream's JSON has to be asked for";
  EXPECT_EQ(task.state(), v1::Task::SUCCEEDED) << "the upstream says InProgress now, which is not shown";
}

TEST_F(CacheTest, ABatchIsServedFromTheCacheToo) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  GetKept("sources/cc/tasks/t");
  grpc::ClientContext context;
  v1::BatchGetTasksRequest request;
  request.add_names("sources/cc/tasks/t");
  request.add_names("sources/cc/tasks/t");
  v1::BatchGetTasksResponse response;
  ASSERT_TRUE(stub().BatchGetTasks(&context, request, &response).ok());
  EXPECT_EQ(response.tasks_size(), 2);
  EXPECT_EQ(Reads(Api::kCloudControl), 1u);
}

}  // namespace
}  // namespace taskgateway::e2e

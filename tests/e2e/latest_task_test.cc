// The alias of a product's latest task, over real sockets.
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;

constexpr char kAlias[] = "sources/sc/provisionedProducts/pp/tasks/latest";

class LatestTaskTest : public GatewayTest {
 protected:
  void PlayTask(const std::string& id, const std::string& status) {
    Play("tasks: [{api: service_catalog, id: " + id +
         ", fields: {ProvisionedProductId: pp}, steps: [{status: " + status + "}]}]");
  }
};

TEST_F(LatestTaskTest, GetAnswersWithTheCanonicalName) {
  StartGateway();
  PlayTask("first", "Succeeded");
  PlayTask("second", "InProgress");
  v1::Task task;
  const grpc::Status status = Get(kAlias, &task);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(task.name(), "sources/sc/tasks/second");
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
}

TEST_F(LatestTaskTest, WithoutATaskGetAnswersNotYetCreated) {
  StartGateway();
  Play("provisioned_products: [{id: pp}]");
  v1::Task task;
  const grpc::Status status = Get(kAlias, &task);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "TASK_NOT_YET_CREATED");
}

TEST_F(LatestTaskTest, AFreshReadResolvesAnew) {
  StartGateway();
  PlayTask("first", "Succeeded");
  v1::Task task;
  ASSERT_TRUE(Get(kAlias, &task).ok());
  PlayTask("second", "InProgress");
  ASSERT_TRUE(Get(kAlias, &task).ok());
  EXPECT_EQ(task.uid(), "second");
}

TEST_F(LatestTaskTest, ABatchMayNameIt) {
  StartGateway();
  PlayTask("first", "Succeeded");
  grpc::ClientContext context;
  v1::BatchGetTasksRequest request;
  request.add_names(kAlias);
  request.add_names("sources/sc/provisionedProducts/none/tasks/latest");
  request.set_return_partial_success(true);
  v1::BatchGetTasksResponse response;
  ASSERT_TRUE(stub().BatchGetTasks(&context, request, &response).ok());
  ASSERT_EQ(response.tasks_size(), 1);
  EXPECT_EQ(response.tasks(0).uid(), "first");
  ASSERT_EQ(response.failures_size(), 1);
  EXPECT_EQ(response.failures(0).status().code(), static_cast<int>(StatusCode::NOT_FOUND));
}

TEST_F(LatestTaskTest, AWaitGoesOnUntilThereIsATaskAndItEnds) {
  StartGateway();
  Play("provisioned_products: [{id: pp}]");
  std::thread launch([this] {
    EXPECT_TRUE(Eventually([this] { return simulator().Requests(Api::kServiceCatalog, "ListTasks") > 0; }));
    PlayTask("launched", "Succeeded");
  });
  grpc::ClientContext context;
  v1::WaitTaskRequest request;
  request.set_name(kAlias);
  v1::WaitTaskResponse response;
  const grpc::Status status = stub().WaitTask(&context, request, &response);
  launch.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::DONE);
  EXPECT_EQ(response.task().name(), "sources/sc/tasks/launched");
}

TEST_F(LatestTaskTest, AWatchSpeaksOfTheCanonicalNameAndFoldsIt) {
  StartGateway();
  PlayTask("first", "Succeeded");
  grpc::ClientContext context;
  v1::WatchTasksRequest request;
  request.add_targets()->set_name(kAlias);
  request.add_targets()->set_name("sources/sc/tasks/first");
  const auto stream = stub().WatchTasks(&context, request);
  v1::WatchTasksResponse event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.name(), "sources/sc/tasks/first");
  EXPECT_TRUE(event.has_snapshot());
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.closing().reason(), v1::WatchClosing::ALL_DONE) << "both names are one task";
}

TEST_F(LatestTaskTest, ASourceWithoutProductsHasNoAliases) {
  StartGateway();
  v1::Task task;
  const grpc::Status status = Get("sources/cc/provisionedProducts/pp/tasks/latest", &task);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "name");
}

}  // namespace
}  // namespace taskgateway::e2e

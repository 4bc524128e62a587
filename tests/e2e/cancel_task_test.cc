// Cancelling a task, over real sockets.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;

class CancelTaskTest : public GatewayTest {
 protected:
  grpc::Status Cancel(const std::string& name, v1::Task* task) {
    grpc::ClientContext context;
    v1::CancelTaskRequest request;
    request.set_name(name);
    return stub().CancelTask(&context, request, task);
  }
  std::uint64_t Cancels() { return simulator().Requests(Api::kCloudControl, "CancelTask"); }
};

TEST_F(CancelTaskTest, AnswersWithTheTaskReadAnewAndWhatStaysBehind) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
  const grpc::Status status = Cancel("sources/cc/tasks/t", &task);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(task.state(), v1::Task::CANCELLING);
  ASSERT_EQ(task.warnings_size(), 1);
  EXPECT_EQ(task.warnings(0).kind(), v1::TaskWarning::RESIDUAL_RESOURCES);
  EXPECT_EQ(Cancels(), 1u);
}

TEST_F(CancelTaskTest, ThatItWasAcceptedIsToldAlsoWhenTheTaskCannotBeRead) {
  StartGateway("{max_attempts: 1}");
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  Play("tasks: [{api: cloud_control, id: u, steps: [{status: Running}]}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  Play("faults: [{match: {action: GetTask}, error: {status: 503, code: ServiceUnavailable}}]");
  const grpc::Status known = Cancel("sources/cc/tasks/t", &task);
  ASSERT_TRUE(known.ok()) << known.error_message();
  EXPECT_EQ(task.name(), "sources/cc/tasks/t");
  EXPECT_EQ(task.state(), v1::Task::RUNNING) << "as it was";
  EXPECT_EQ(task.warnings_size(), 1);
  const grpc::Status unknown = Cancel("sources/cc/tasks/u", &task);
  EXPECT_EQ(unknown.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(unknown), "UPSTREAM_ERROR");
  EXPECT_THAT(unknown.error_message(), testing::StartsWith("the cancellation was accepted, but"));
}

TEST_F(CancelTaskTest, WarnsAlsoWhenTheUpstreamDoesNotShowItYet) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}], on_cancel: [{status: Running}]}]");
  v1::Task task;
  ASSERT_TRUE(Cancel("sources/cc/tasks/t", &task).ok());
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
  ASSERT_EQ(task.warnings_size(), 1);
  EXPECT_EQ(task.warnings(0).kind(), v1::TaskWarning::RESIDUAL_RESOURCES);
}

TEST_F(CancelTaskTest, ATaskThatHasEndedCannotBeCancelled) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  v1::Task task;
  grpc::Status status = Cancel("sources/cc/tasks/t", &task);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "TASK_ALREADY_DONE");
  EXPECT_EQ(Cancels(), 1u) << "only the upstream knew";
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  status = Cancel("sources/cc/tasks/t", &task);
  EXPECT_EQ(ReasonOf(status), "TASK_ALREADY_DONE");
  EXPECT_EQ(Cancels(), 1u) << "and now the gateway does";
}

TEST_F(CancelTaskTest, ATaskThatDoesNotExistIsNotFound) {
  StartGateway();
  v1::Task task;
  const grpc::Status status = Cancel("sources/cc/tasks/none", &task);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "TASK_NOT_FOUND");
}

TEST_F(CancelTaskTest, ASourceThatCannotCancelSaysSoBeforeAnyCall) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}]}]");
  v1::Task task;
  const grpc::Status status = Cancel("sources/sc/tasks/t", &task);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "CANCEL_UNSUPPORTED_BY_SOURCE");
  EXPECT_EQ(Reads(Api::kServiceCatalog), 0u);
}

TEST_F(CancelTaskTest, AWatcherSeesTheEnd) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  grpc::ClientContext context;
  v1::WatchTasksRequest request;
  request.add_targets()->set_name("sources/cc/tasks/t");
  const auto stream = stub().WatchTasks(&context, request);
  v1::WatchTasksResponse event;
  ASSERT_TRUE(stream->Read(&event));
  EXPECT_EQ(event.snapshot().task().state(), v1::Task::RUNNING);
  v1::Task task;
  ASSERT_TRUE(Cancel("sources/cc/tasks/t", &task).ok());
  while (stream->Read(&event) && event.has_changed()) task = event.changed().task();
  EXPECT_EQ(task.state(), v1::Task::CANCELLED);
  EXPECT_EQ(event.closing().reason(), v1::WatchClosing::ALL_DONE);
}

}  // namespace
}  // namespace taskgateway::e2e

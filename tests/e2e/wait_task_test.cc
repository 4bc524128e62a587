// Waiting for a task, over real sockets. Times and schedules are tested on virtual time (tests/unit/tasks).
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;

class WaitTaskTest : public GatewayTest {
 protected:
  grpc::Status Wait(const v1::WaitTaskRequest& request, v1::WaitTaskResponse* response,
                    absl::Duration timeout = absl::Seconds(60)) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(base::SystemClock().Now() + timeout));
    return stub().WaitTask(&context, request, response);
  }
  static v1::WaitTaskRequest For(const std::string& name) {
    v1::WaitTaskRequest request;
    request.set_name(name);
    return request;
  }
};

TEST_F(WaitTaskTest, ItEndsWithTheTask) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}, {at_request: 3, status: Succeeded}]}]");
  v1::WaitTaskResponse response;
  const grpc::Status status = Wait(For("sources/cc/tasks/t"), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::DONE);
  EXPECT_EQ(response.task().state(), v1::Task::SUCCEEDED);
  EXPECT_FALSE(response.has_retry_delay());
  EXPECT_EQ(Reads(Api::kCloudControl), 3u);
}

TEST_F(WaitTaskTest, ManyWaitsAreOneSchedule) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}, {at_request: 2, status: Failed}]}]");
  std::vector<std::thread> callers;
  for (int i = 0; i < 20; ++i) {
    callers.emplace_back([&] {
      v1::WaitTaskResponse response;
      EXPECT_TRUE(Wait(For("sources/-/tasks/t"), &response).ok());
      EXPECT_EQ(response.task().state(), v1::Task::FAILED);
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(Reads(Api::kServiceCatalog), 2u);
}

TEST_F(WaitTaskTest, WhenTheTimeIsOverItAnswersWithTheLatestTask) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}], log: {entries: 1, end_bytes: 1KiB}}]");
  v1::WaitTaskRequest request = For("sources/sc/tasks/t");
  request.mutable_timeout();
  request.set_view(v1::TASK_VIEW_FULL);
  v1::WaitTaskResponse response;
  ASSERT_TRUE(Wait(request, &response).ok());
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::TIMED_OUT);
  EXPECT_EQ(response.task().state(), v1::Task::RUNNING);
  EXPECT_EQ(response.task().logs_size(), 1) << "a FULL view has the end of the log";
  EXPECT_TRUE(response.has_retry_delay());
}

TEST_F(WaitTaskTest, AnotherEtagIsAChange) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Pending}, {at_request: 3, status: Running}]}]");
  v1::WaitTaskRequest request = For("sources/cc/tasks/t");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  request.set_until_etag_changes_from(task.etag());
  v1::WaitTaskResponse response;
  ASSERT_TRUE(Wait(request, &response).ok());
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::CHANGED);
  EXPECT_EQ(response.task().state(), v1::Task::RUNNING);
}

TEST_F(WaitTaskTest, ItAnswersBeforeTheCallsDeadline) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  v1::WaitTaskResponse response;
  const grpc::Status status = Wait(For("sources/cc/tasks/t"), &response, absl::Seconds(2));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::TIMED_OUT);
}

TEST_F(WaitTaskTest, NotFoundAndBadRequestsAreStatuses) {
  StartGateway();
  v1::WaitTaskResponse response;
  EXPECT_EQ(ReasonOf(Wait(For("sources/cc/tasks/missing"), &response)), "TASK_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Wait(For("sources/nowhere/tasks/t"), &response)), "SOURCE_NOT_FOUND");
  EXPECT_EQ(Wait(For("nonsense"), &response).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::WaitTaskRequest request = For("sources/cc/tasks/t");
  request.set_view(v1::TASK_VIEW_RAW);
  EXPECT_EQ(Wait(request, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  request = For("sources/cc/tasks/t");
  request.mutable_timeout()->set_seconds(-1);
  EXPECT_EQ(Wait(request, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  request = For("sources/cc/tasks/t");
  request.set_until_etag_changes_from(std::string(65, 'x'));
  EXPECT_EQ(Wait(request, &response).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(WaitTaskTest, AShutdownIsAnAnswerNotACut) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  grpc::Status status;
  v1::WaitTaskResponse response;
  std::thread caller([&] { status = Wait(For("sources/cc/tasks/t"), &response); });
  // Its first poll finds the reading above in the cache or comes here: either way the wait has begun.
  EXPECT_TRUE(Eventually([&] { return Reads(Api::kCloudControl) >= 2; }));
  TearDown();
  caller.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.outcome(), v1::WaitTaskResponse::TIMED_OUT);
}

}  // namespace
}  // namespace taskgateway::e2e

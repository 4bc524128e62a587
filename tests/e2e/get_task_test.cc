// GetTask over real sockets: tasks of both APIs as one message.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using simulator::Api;

TEST_F(GatewayTest, TasksOfBothApisAreOneMessage) {
  StartGateway();
  Play(R"(
tasks:
- {api: cloud_control, id: cc-1, steps: [{status: Running}]}
- {api: service_catalog, id: sc-1, steps: [{status: InProgress}], log: {entries: 2, end_bytes: 2KiB}}
)");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/cc-1", &task).ok());
  EXPECT_EQ(task.name(), "sources/cc/tasks/cc-1");
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
  EXPECT_TRUE(task.has_cloud_control());
  EXPECT_TRUE(task.has_read_time());
  EXPECT_TRUE(task.has_next_poll_delay());
  EXPECT_TRUE(task.etag().starts_with("1-"));
  ASSERT_TRUE(Get("sources/sc/tasks/sc-1", &task).ok());
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
  EXPECT_TRUE(task.has_service_catalog());
  EXPECT_EQ(task.log_summary().entry_count(), 2);
  EXPECT_EQ(task.logs_size(), 0) << "BASIC has no logs";
}

TEST_F(GatewayTest, AFailedTaskIsAnOkCallWithTheBuriedErrorDugOut) {
  StartGateway();
  Play(R"yaml(
tasks:
- api: cloud_control
  id: t
  steps:
  - status: Failed
    error: {code: OperationFailure.OperationFailed, message: '{"requestId":"r","errorCode":"InvalidRamUser.NoPermission","errorMsg":"no right"}'}
)yaml");
  v1::Task task;
  const grpc::Status status = Get("sources/cc/tasks/t", &task);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(task.state(), v1::Task::FAILED);
  EXPECT_TRUE(task.done());
  EXPECT_EQ(task.error().code(), 7);
  EXPECT_EQ(task.error().root_code(), "InvalidRamUser.NoPermission");
  EXPECT_EQ(task.error().root_message(), "no right");
  EXPECT_FALSE(task.has_next_poll_delay());
}

TEST_F(GatewayTest, FullCarriesLogsAndRawTheUpstreamsJson) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: Succeeded}], log: {entries: 3, end_bytes: 64KiB}}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task, v1::TASK_VIEW_FULL).ok());
  EXPECT_EQ(task.logs_size(), 3);
  EXPECT_FALSE(task.has_raw());
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task, v1::TASK_VIEW_RAW).ok());
  EXPECT_EQ(task.raw().fields().at("TaskDetail").struct_value().fields().at("TaskId").string_value(), "t");
}

TEST_F(GatewayTest, AnAnswerStaysBelowEveryClientsLimitWhateverTheUpstreamSent) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}], log: {entries: 4, end_bytes: 24MiB}}]");
  v1::Task task;
  const grpc::Status status = Get("sources/sc/tasks/t", &task, v1::TASK_VIEW_RAW);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_LT(task.ByteSizeLong(), std::size_t{3584} << 10);
  EXPECT_EQ(task.log_summary().content_bytes(), 24 << 20);
  EXPECT_FALSE(task.has_raw());
  ASSERT_GT(task.logs_size(), 0);
  EXPECT_TRUE(task.logs(0).truncated());
}

TEST_F(GatewayTest, TlsAndGzipReachTheUpstream) {
  StartGateway();
  Play(R"(
tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]
faults: [{count: 1, gzip: true}]
)");
  v1::Task task;
  const grpc::Status status = Get("sources/cc-tls/tasks/t", &task);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(task.state(), v1::Task::RUNNING);
  EXPECT_TRUE(simulator().Ledger().back().tls);
}

TEST_F(GatewayTest, ABatchAnswersInTheOrderOfTheRequest) {
  StartGateway();
  Play(R"(
tasks:
- {api: cloud_control, id: a, steps: [{status: Running}]}
- {api: service_catalog, id: b, steps: [{status: Succeeded}]}
)");
  v1::BatchGetTasksRequest request;
  for (const char* name : {"sources/sc/tasks/b", "sources/cc/tasks/a", "sources/sc/tasks/b"}) request.add_names(name);
  v1::BatchGetTasksResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub().BatchGetTasks(&context, request, &response).ok());
  ASSERT_EQ(response.tasks_size(), 3);
  EXPECT_EQ(response.tasks(0).uid(), "b");
  EXPECT_EQ(response.tasks(1).uid(), "a");
  EXPECT_EQ(response.tasks(2).uid(), "b");
  EXPECT_EQ(Reads(Api::kServiceCatalog), 1u) << "one name given twice is read once";
}

TEST_F(GatewayTest, ABatchIsAllOrNothingUnlessPartialSuccessIsAskedFor) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: a, steps: [{status: Running}]}]");
  v1::BatchGetTasksRequest request;
  request.add_names("sources/cc/tasks/a");
  request.add_names("sources/cc/tasks/missing");
  request.add_names("sources/nowhere/tasks/a");
  v1::BatchGetTasksResponse response;
  grpc::ClientContext whole;
  EXPECT_EQ(stub().BatchGetTasks(&whole, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);

  request.set_return_partial_success(true);
  grpc::ClientContext partial;
  ASSERT_TRUE(stub().BatchGetTasks(&partial, request, &response).ok());
  ASSERT_EQ(response.tasks_size(), 1);
  ASSERT_EQ(response.failures_size(), 2);
  EXPECT_EQ(response.failures(0).index(), 1);
  EXPECT_EQ(response.failures(0).name(), "sources/cc/tasks/missing");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(response.failures(1).status().details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "SOURCE_NOT_FOUND");
}

TEST_F(GatewayTest, TheWildcardLooksInEverySourceAndNeverLies) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: only-sc, steps: [{status: Succeeded}]}]");
  v1::Task task;
  grpc::Status status = Get("sources/-/tasks/only-sc", &task);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(task.name(), "sources/sc/tasks/only-sc");
  status = Get("sources/-/tasks/nowhere", &task);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << "cc-denied could not be asked";
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_INCOMPLETE");

  Play("tasks: [{api: cloud_control, id: twice, steps: [{status: Running}]}]");
  status = Get("sources/-/tasks/twice", &task);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION) << "cc and cc-tls both have it";
  EXPECT_EQ(ReasonOf(status), "TASK_ID_AMBIGUOUS");
}

TEST_F(GatewayTest, ListSourcesTellsWhatEachCanDo) {
  StartGateway();
  v1::ListSourcesResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub().ListSources(&context, {}, &response).ok());
  ASSERT_EQ(response.sources_size(), 4);
  EXPECT_EQ(response.sources(0).name(), "sources/cc");
  EXPECT_EQ(response.sources(0).kind(), "cloud_control");
  EXPECT_TRUE(response.sources(0).capabilities().cancel());
  EXPECT_EQ(response.sources(3).name(), "sources/sc");
  EXPECT_TRUE(response.sources(3).capabilities().list());
  EXPECT_TRUE(response.sources(3).capabilities().logs());
  EXPECT_EQ(response.sources(3).budgets(0).operation(), "GetTask");
  EXPECT_EQ(response.sources(3).budgets(0).task_capacity(), 2'000'000);
}

}  // namespace
}  // namespace taskgateway::e2e

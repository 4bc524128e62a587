// Many callers, one upstream call; callers who leave.
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using simulator::Api;

// One call that is under way.
struct AsyncGet {
  grpc::ClientContext context;
  v1::GetTaskRequest request;
  v1::Task task;
  std::promise<grpc::Status> ended;

  void Start(v1::TaskService::Stub& stub, const std::string& name) {
    request.set_name(name);
    stub.async()->GetTask(&context, &request, &task,
                          [this](grpc::Status status) { ended.set_value(std::move(status)); });
  }
  grpc::Status Wait() { return ended.get_future().get(); }
};

TEST_F(GatewayTest, ConcurrentReadsOfOneNameAreOneUpstreamCall) {
  StartGateway();
  // The answer is held until every caller has surely arrived: the last one is a caller of its own, whose answer comes
  // later.
  Play(R"(
tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]
faults: [{match: {task: t}, count: 1, delay: 1s}]
)");
  std::vector<std::unique_ptr<AsyncGet>> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(std::make_unique<AsyncGet>());
    calls.back()->Start(stub(), "sources/cc/tasks/t");
  }
  for (const auto& call : calls) {
    EXPECT_TRUE(call->Wait().ok());
    EXPECT_EQ(call->task.read_time().nanos(), calls.front()->task.read_time().nanos());
  }
  EXPECT_EQ(Reads(Api::kCloudControl), 1u);
}

TEST_F(GatewayTest, WhenTheLastCallerLeavesTheUpstreamConnectionIsClosed) {
  StartGateway();
  Play(R"(
tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]
faults: [{match: {task: t}, count: 1, hang: true}]
)");
  AsyncGet first;
  AsyncGet second;
  first.Start(stub(), "sources/cc/tasks/t");
  second.Start(stub(), "sources/cc/tasks/t");
  ASSERT_TRUE(Eventually([&] { return Reads(Api::kCloudControl) == 1; }));
  first.context.TryCancel();
  EXPECT_EQ(first.Wait().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(simulator().Ledger().front().closed_by_client, absl::InfinitePast()) << "one caller still waits";
  second.context.TryCancel();
  EXPECT_EQ(second.Wait().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return simulator().Ledger().front().closed_by_client != absl::InfinitePast(); }));
}

// A reply that is being decoded on another thread when the gateway goes needs its source until it is decoded.
TEST_F(GatewayTest, TheGatewayMayGoWhileALargeReplyIsDecoded) {
  for (int round = 0; round < 3; ++round) {
    StartGateway();
    Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}], log: {entries: 4, end_bytes: 24MiB}}]");
    AsyncGet call;
    call.Start(stub(), "sources/sc/tasks/t");
    ASSERT_TRUE(Eventually([&] { return Reads(Api::kServiceCatalog) == 1; }));
    call.context.TryCancel();
    EXPECT_FALSE(call.Wait().ok());
    TearDown();
  }
}

TEST_F(GatewayTest, TheCallersDeadlineIsKept) {
  StartGateway();
  Play(R"(
tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]
faults: [{match: {task: t}, hang: true}]
)");
  v1::Task task;
  EXPECT_EQ(Get("sources/cc/tasks/t", &task, v1::TASK_VIEW_BASIC, absl::Milliseconds(200)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return simulator().Ledger().front().closed_by_client != absl::InfinitePast(); }));
}

}  // namespace
}  // namespace taskgateway::e2e

// How a gateway goes: what it tells its callers, and that it serves those who are still there.
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/e2e/byte_client.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

constexpr char kRunning[] = "tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]";

class DrainTest : public GatewayTest {
 protected:
  void Start() {
    StartGateway("{}", {}, "health_address: \"127.0.0.1:0\"");
    Play(kRunning);
    probes_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", gateway().ports().at("health")),
                                  grpc::InsecureChannelCredentials());
  }
  static v1::WatchTasksRequest Watch() {
    v1::WatchTasksRequest request;
    request.add_targets()->set_name("sources/cc/tasks/t");
    return request;
  }

  std::shared_ptr<grpc::Channel> probes_;
};

TEST_F(DrainTest, HealthSaysSoOnBothPortsAndTheProcessIsStillLive) {
  Start();
  gateway().Drain();
  for (const auto& port : {channel(), probes_}) {
    EXPECT_EQ(HealthOf(port, ""), Health::kNotServing);
    EXPECT_EQ(HealthOf(port, "taskgateway.v1.TaskService"), Health::kNotServing);
  }
  EXPECT_EQ(HealthOf(probes_, "live"), Health::kServing);
}

TEST_F(DrainTest, WatchesCloseWithTheReasonAndMayComeAgain) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub().WatchTasks(&context, Watch());
  v1::WatchTasksResponse event;
  ASSERT_TRUE(reader->Read(&event));
  gateway().Drain();
  while (reader->Read(&event)) {
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(event.closing().reason(), v1::WatchClosing::DRAINING);

  grpc::ClientContext again;
  const auto second = stub().WatchTasks(&again, Watch());
  ASSERT_TRUE(second->Read(&event)) << "who is still connected is served";
  EXPECT_EQ(event.snapshot().task().state(), v1::Task::RUNNING);
  again.TryCancel();
  second->Finish();
}

TEST_F(DrainTest, WaitsAnswerWithTheLatestTask) {
  Start();
  v1::WaitTaskResponse answer;
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    v1::WaitTaskRequest request;
    request.set_name("sources/cc/tasks/t");
    status = stub().WaitTask(&context, request, &answer);
  });
  EXPECT_TRUE(Eventually([&] { return Reads(simulator::Api::kCloudControl) > 1; })) << "it is polled";
  gateway().Drain();
  caller.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.outcome(), v1::WaitTaskResponse::TIMED_OUT);
  EXPECT_EQ(answer.task().state(), v1::Task::RUNNING);
}

TEST_F(DrainTest, ItIsOverWhenNobodyIsConnected) {
  Start();
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_TRUE(gateway().HasConnections());
  Disconnect();
  EXPECT_TRUE(Eventually([&] { return !gateway().HasConnections(); })) << "probes do not count";
}

}  // namespace
}  // namespace taskgateway::e2e

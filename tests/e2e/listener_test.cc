// What keeps the listener from being filled up, and the second one, for probes.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/e2e/byte_client.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;

constexpr char kRunning[] = "tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]";

class ListenerTest : public GatewayTest {
 protected:
  struct Watch {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchTasksResponse>> reader;
    v1::WatchTasksResponse event;
  };
  // Opens a watch and reads its first event.
  std::unique_ptr<Watch> Open(bool* opened) {
    auto watch = std::make_unique<Watch>();
    v1::WatchTasksRequest request;
    request.add_targets()->set_name("sources/cc/tasks/t");
    watch->reader = stub().WatchTasks(&watch->context, request);
    *opened = watch->reader->Read(&watch->event);
    return watch;
  }
};

TEST_F(ListenerTest, OneMoreOpenCallThanMayBeIsRefusedUntilOneHasEnded) {
  StartGateway("{max_open_calls: 2}");
  Play(kRunning);
  bool opened = false;
  const auto first = Open(&opened);
  ASSERT_TRUE(opened);
  auto second = Open(&opened);
  ASSERT_TRUE(opened);
  const auto third = Open(&opened);
  EXPECT_FALSE(opened);
  const grpc::Status refused = third->reader->Finish();
  EXPECT_EQ(refused.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "TOO_MANY_CALLS");
  v1::WaitTaskRequest wait;
  wait.set_name("sources/cc/tasks/t");
  v1::WaitTaskResponse answer;
  grpc::ClientContext context;
  EXPECT_EQ(ReasonOf(stub().WaitTask(&context, wait, &answer)), "TOO_MANY_CALLS");
  v1::Task task;
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok()) << "a read is short";

  second->context.TryCancel();
  second->reader->Finish();
  EXPECT_TRUE(Eventually([&] {
    bool again = false;
    const auto watch = Open(&again);
    watch->context.TryCancel();
    watch->reader->Finish();
    return again;
  }));
  first->context.TryCancel();
  first->reader->Finish();
}

TEST_F(ListenerTest, HeadersAboveTheLimitAreRefused) {
  StartGateway("{}", {}, "max_header_bytes: 4096");
  Play(kRunning);
  v1::GetTaskRequest request;
  request.set_name("sources/cc/tasks/t");
  v1::Task task;
  grpc::ClientContext small;
  small.AddMetadata("x-note", std::string(2000, 'x'));
  EXPECT_TRUE(stub().GetTask(&small, request, &task).ok());
  grpc::ClientContext large;
  large.AddMetadata("x-note", std::string(8000, 'x'));
  EXPECT_EQ(stub().GetTask(&large, request, &task).error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ListenerTest, MoreStreamsThanAConnectionMayHaveWaitTheirTurn) {
  StartGateway("{}", {}, "max_concurrent_streams: 1");
  Play(kRunning);
  bool opened = false;
  const auto first = Open(&opened);
  ASSERT_TRUE(opened);
  v1::Task task;
  EXPECT_EQ(Get("sources/cc/tasks/t", &task, v1::TASK_VIEW_BASIC, absl::Milliseconds(300)).error_code(),
            StatusCode::DEADLINE_EXCEEDED)
      << "the watch has the connection's only stream";
  first->context.TryCancel();
  first->reader->Finish();
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
}

TEST_F(ListenerTest, WhoDoesNotFinishTheHandshakeIsDisconnected) {
  StartGateway("{}", {}, "handshake_timeout: 1s, health_address: \"127.0.0.1:0\"");
  for (const char* port : {"grpc", "health"}) {
    EXPECT_TRUE(IsDisconnected(gateway().ports().at(port))) << port;
  }
}

TEST_F(ListenerTest, AConnectionIsClosedWhenItIsOldAndCallersComeAgain) {
  StartGateway("{}", {}, "max_connection_age: 1s, max_connection_age_grace: 1s");
  Play(kRunning);
  bool opened = false;
  const auto watch = Open(&opened);
  ASSERT_TRUE(opened);
  while (watch->reader->Read(&watch->event)) {
  }
  EXPECT_EQ(watch->reader->Finish().error_code(), StatusCode::UNAVAILABLE);
  v1::Task task;
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
}

TEST_F(ListenerTest, AWaitEndsBeforeItsConnectionDoes) {
  StartGateway("{}", {}, "max_connection_age: 1s, max_connection_age_grace: 3s");
  Play(kRunning);
  v1::WaitTaskRequest request;
  request.set_name("sources/cc/tasks/t");
  v1::WaitTaskResponse answer;
  grpc::ClientContext context;
  const absl::Duration begin = base::SystemClock().Uptime();
  ASSERT_TRUE(stub().WaitTask(&context, request, &answer).ok());
  EXPECT_EQ(answer.outcome(), v1::WaitTaskResponse::TIMED_OUT);
  EXPECT_LT(base::SystemClock().Uptime() - begin, absl::Seconds(30)) << "not the 50 s of a grace of 60 s";
}

TEST_F(ListenerTest, ProbesHaveAPortWithNothingButHealth) {
  StartGateway("{}", {}, "health_address: \"127.0.0.1:0\"");
  Play(kRunning);
  const auto probes = grpc::CreateChannel(absl::StrCat("127.0.0.1:", gateway().ports().at("health")),
                                          grpc::InsecureChannelCredentials());
  for (const char* service : {"", "taskgateway.v1.TaskService", "live"}) {
    EXPECT_EQ(HealthOf(probes, service), Health::kServing) << service;
  }
  v1::GetTaskRequest request;
  request.set_name("sources/cc/tasks/t");
  v1::Task task;
  grpc::ClientContext context;
  EXPECT_EQ(v1::TaskService::NewStub(probes)->GetTask(&context, request, &task).error_code(),
            StatusCode::UNIMPLEMENTED);
  for (const char* method : {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                             "/google.longrunning.Operations/GetOperation", "/grpc.channelz.v1.Channelz/GetServers"}) {
    EXPECT_EQ(CallEmpty(probes, method).error_code(), StatusCode::UNIMPLEMENTED) << method;
  }
}

}  // namespace
}  // namespace taskgateway::e2e

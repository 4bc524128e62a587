// What every gRPC server owes its clients: health, reflection, and an answer to bytes that are nonsense.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/byte_client.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using testing::HasSubstr;

TEST_F(GatewayTest, HealthIsServing) {
  StartGateway();
  for (const char* service : {"", "taskgateway.v1.TaskService", "google.longrunning.Operations"}) {
    EXPECT_EQ(HealthOf(channel(), service), Health::kServing) << service;
  }
}

TEST_F(GatewayTest, ReflectionListsTheServices) {
  StartGateway();
  std::string response;
  // ServerReflectionRequest{list_services = 7}.
  const std::string list_services("\x3a\x01*", 3);
  ASSERT_TRUE(CallWithBytes(channel(), "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services,
                            &response)
                  .ok());
  EXPECT_THAT(response, HasSubstr("taskgateway.v1.TaskService"));
  EXPECT_THAT(response, HasSubstr("grpc.health.v1.Health"));
}

TEST_F(GatewayTest, RequestBytesThatAreNoMessageAreAnInvalidArgument) {
  StartGateway();
  std::string response;
  const grpc::Status status =
      CallWithBytes(channel(), "/taskgateway.v1.TaskService/GetTask", "\x0a\xff\xff", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations_size(), 1);
}

TEST_F(GatewayTest, ABadNameIsRefusedBeforeAnyUpstreamCall) {
  StartGateway();
  v1::Task task;
  const grpc::Status status = Get("sources/cc/tasks/a b", &task);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "name");
  EXPECT_TRUE(simulator().Ledger().empty());
}

}  // namespace
}  // namespace taskgateway::e2e

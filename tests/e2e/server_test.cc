// What every gRPC server owes its clients: health, reflection, and an answer to bytes that are nonsense.
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using testing::HasSubstr;

// One message to any method and the first one back, as bytes: what a client without our stubs sends.
grpc::Status CallWithBytes(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                           const std::string& request, std::string* response) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, method, &queue);
  const auto step = [&queue] {
    void* tag;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  step();
  const grpc::Slice slice(request);
  call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  step();
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  if (step()) {
    grpc::Slice whole;
    EXPECT_TRUE(answer.DumpToSingleSlice(&whole).ok());
    response->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  step();
  return status;
}

TEST_F(GatewayTest, HealthIsServing) {
  StartGateway();
  std::string response;
  // HealthCheckRequest{service = 1}; HealthCheckResponse{status = 1}, where 1 is SERVING.
  const std::string service = "taskgateway.v1.TaskService";
  ASSERT_TRUE(CallWithBytes(channel(), "/grpc.health.v1.Health/Check",
                            "\x0a" + std::string(1, static_cast<char>(service.size())) + service, &response)
                  .ok());
  EXPECT_EQ(response, "\x08\x01");
  ASSERT_TRUE(CallWithBytes(channel(), "/grpc.health.v1.Health/Check", "", &response).ok());
  EXPECT_EQ(response, "\x08\x01");
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

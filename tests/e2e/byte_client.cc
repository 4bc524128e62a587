#include "tests/e2e/byte_client.h"

#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace taskgateway::e2e {

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

grpc::Status CallEmpty(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  std::string response;
  return CallWithBytes(channel, method, "", &response);
}

Health HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  // HealthCheckRequest{service = 1}; HealthCheckResponse{status = 1}, where 1 is SERVING and 2 is NOT_SERVING.
  std::string request;
  if (!service.empty()) request = "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
  std::string response;
  if (!CallWithBytes(channel, "/grpc.health.v1.Health/Check", request, &response).ok()) return Health::kUnknown;
  if (response == "\x08\x01") return Health::kServing;
  return response == "\x08\x02" ? Health::kNotServing : Health::kUnknown;
}

}  // namespace taskgateway::e2e

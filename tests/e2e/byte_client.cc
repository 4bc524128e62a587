#include "tests/e2e/byte_client.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

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

bool IsDisconnected(int port) {
  const int caller = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(caller, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const timeval patience{.tv_sec = 60, .tv_usec = 0};
  setsockopt(caller, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char buffer[256];
  ssize_t read = 0;
  // The other side may speak first.
  do read = recv(caller, buffer, sizeof buffer, 0);
  while (read > 0);
  const bool ended = read == 0 || errno == ECONNRESET;
  close(caller);
  return ended;
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

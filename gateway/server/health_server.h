// Health for probes, on a port of its own.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/server.h"

namespace taskgateway::server {

// A gRPC server with grpc.health.v1 and nothing else, in plaintext: what calls tasks is not to be had here, so that a
// kubelet needs no certificate. The services "" and "taskgateway.v1.TaskService" are SERVING while the gateway is
// ready; "live" until SetDead. Thread-safe.
class HealthServer {
 public:
  // Not ready yet. `address` is host:port. Error: UNAVAILABLE when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const std::string& address);
  ~HealthServer();

  int port() const { return port_; }
  void SetReady(bool ready);
  // Only another process will do.
  void SetDead();

 private:
  HealthServer() = default;

  grpc::CallbackGenericService nothing_else_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace taskgateway::server

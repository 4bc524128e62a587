// How the bare gRPC servers serve.
#pragma once

#include <string>

#include "grpcpp/grpcpp.h"

namespace taskgateway::bench {

// Serves `service` on a free port of loopback until the process is killed; writes {"grpc": port} to `ports_file` when
// it does. Returns 1 when it cannot.
int Serve(grpc::Service& service, const std::string& ports_file);

}  // namespace taskgateway::bench

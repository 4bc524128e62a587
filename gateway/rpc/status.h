// Our statuses as gRPC's.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace taskgateway::rpc {

// The one way out for errors: message and google.rpc details within the size caps of the status catalogue.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace taskgateway::rpc

// Who calls.
#pragma once

#include <string>

#include "grpcpp/server_context.h"

namespace taskgateway::rpc {

// The caller's identity by its certificate: the SPIFFE URI, else the first DNS name. Empty for a caller without a
// certificate that was verified, and for one whose certificate has neither.
std::string CallerOf(const grpc::ServerContextBase& context);

}  // namespace taskgateway::rpc

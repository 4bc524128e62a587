// What gRPC itself has to say, in our log.
#pragma once

#include "gateway/base/log.h"

namespace taskgateway::server {

// From now on gRPC's own errors are lines `grpc` of `log`, as warnings with gRPC's text and place, rather than text of
// another shape on standard error; a failed handshake of a caller is one. For the whole process, once. `log` outlives
// it. Releases of gRPC that log through Abseil (1.65 and later) keep their own way.
void LogGrpcTo(base::Log& log);

}  // namespace taskgateway::server

// What gRPC itself has to say, in our log.
#pragma once

#include "gateway/base/log.h"

namespace taskgateway::server {

// While it lives, gRPC's own errors are lines `grpc` of `log`, as warnings with gRPC's text and place, rather than text
// of another shape on standard error; a failed handshake of a caller is one. One for the whole process. `log` outlives
// it. Releases of gRPC that log through Abseil (1.65 and later) keep their own way.
class GrpcLog {
 public:
  explicit GrpcLog(base::Log& log);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

// Whether gRPC has said that it cannot accept callers: short of descriptors once, its releases of this age never listen
// again. Thread-safe.
bool GrpcLostListener();

}  // namespace taskgateway::server

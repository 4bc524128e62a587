// W3C Trace Context, as far as a gateway needs it.
#pragma once

#include <string_view>

#include "grpcpp/server_context.h"

namespace taskgateway::rpc {

// The trace id of a `traceparent` header, 32 lower-case hexadecimal digits; empty when the header does not hold to the
// standard to the letter (https://www.w3.org/TR/trace-context/#traceparent-header, 2021-11-23): other versions than 00
// may go on behind a hyphen, ff is none.
std::string_view TraceIdOf(std::string_view traceparent);

// The same of the call's header; empty when it has none, or more than one. Lives as long as the context.
std::string_view TraceIdOf(const grpc::ServerContextBase& context);

}  // namespace taskgateway::rpc

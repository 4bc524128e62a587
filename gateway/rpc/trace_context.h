// W3C Trace Context, as far as a gateway needs it.
#pragma once

#include <string>
#include <string_view>

#include "gateway/base/tracer.h"
#include "grpcpp/server_context.h"

namespace taskgateway::rpc {

// The trace id of a `traceparent` header, 32 lower-case hexadecimal digits; empty when the header does not hold to the
// standard to the letter (https://www.w3.org/TR/trace-context/#traceparent-header, 2021-11-23): other versions than 00
// may go on behind a hyphen, ff is none.
std::string_view TraceIdOf(std::string_view traceparent);

// The same of the call's header; empty when it has none, or more than one. Lives as long as the context.
std::string_view TraceIdOf(const grpc::ServerContextBase& context);

// The span that a `traceparent` header names; none when it does not hold to the standard.
base::SpanId SpanOf(std::string_view traceparent);

// The same of the call's header; none when it has none, or more than one.
base::SpanId ParentOf(const grpc::ServerContextBase& context);

// The trace's id as the header has it.
std::string TraceIdText(const base::SpanId& span);

}  // namespace taskgateway::rpc

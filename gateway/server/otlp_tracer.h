// Spans for an OpenTelemetry collector.
#pragma once

#include <memory>

#include "gateway/base/log.h"
#include "gateway/base/tracer.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// Whether this build can.
bool CanTrace();

// Sends spans as `tracing` says, in batches, by a thread of its own; what does not fit into its queue of 2,048 spans is
// dropped. Its library's errors are lines `otlp` of `log`, which outlives it; one at a time has them. Null without an
// endpoint, and in a build without OpenTelemetry. Goes within a second or two, when it has sent what is left.
std::unique_ptr<base::Tracer> MakeOtlpTracer(const config::v1::Tracing& tracing, base::Log& log);

}  // namespace taskgateway::server

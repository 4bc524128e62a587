// Calls without stubs.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"

namespace taskgateway::e2e {

// One message to any method and, in `response`, the first one back, as bytes: what a client without our stubs sends.
grpc::Status CallWithBytes(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                           const std::string& request, std::string* response);

// The status of a call with an empty message.
grpc::Status CallEmpty(const std::shared_ptr<grpc::Channel>& channel, const std::string& method);

// Connects to a port of 127.0.0.1, says nothing, and reads to the end: whether the other side ends it.
bool IsDisconnected(int port);

// What grpc.health.v1 says of a service. kUnknown: nothing is known of it, or nobody answered.
enum class Health { kUnknown, kServing, kNotServing };
Health HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service);

}  // namespace taskgateway::e2e

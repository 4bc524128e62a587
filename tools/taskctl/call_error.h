// A failed call in words. Pure.
#pragma once

#include <string>
#include <string_view>

#include "google/rpc/status.pb.h"

namespace taskgateway::taskctl {

// ErrorInfo.reason, empty where there is none: the status was made by gRPC itself, not by a gateway.
std::string ReasonOf(const google::rpc::Status& status);

// What standard error shows: `error: SUBJECT: CODE REASON: message`, then one indented line for each thing that helps:
// bad fields, the upstream's own words, when to try again, what to do. `subject` is the name that was asked for, may be
// empty; `server` is the gateway's address. Ends with a line feed.
std::string CallErrorText(std::string_view subject, const google::rpc::Status& status, std::string_view server);

}  // namespace taskgateway::taskctl

// The table that says what an error of Alibaba Cloud's APIs means for the call.
#pragma once

#include <string_view>

namespace taskgateway::alibaba {

// What an error means: the rows of the contract's "Call status" that an upstream can cause.
enum class ErrorClass {
  kTaskNotFound,
  kProductNotFound,  // a provisioned product
  kTaskAlreadyDone,
  kThrottled,
  kUnavailable,  // may go away by itself
  kPermissionDenied,
  kCredentialsRejected,  // newer keys may help
  kMisconfigured,        // wrong host, protocol, method or action
  kNonceUsed,            // a new nonce helps
  kClockSkew,            // the server's time helps
  kBrokenReply,          // not a reply of the API: no code, and no status or no text that says "error"
  kRejected,             // any other
};

// The error code decides, whatever the letter case; the HTTP status only where the code is empty or not in the table.
ErrorClass ClassOf(std::string_view code, int http_status);

}  // namespace taskgateway::alibaba

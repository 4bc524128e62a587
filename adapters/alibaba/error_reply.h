// Error replies of Alibaba Cloud's APIs in every shape and letter case: what they say, and mean for the call.
#pragma once

#include <string>
#include <string_view>

#include "adapters/core/http_message.h"
#include "adapters/core/json_reader.h"
#include "adapters/task_adapter.h"

namespace taskgateway::alibaba {

// What an error reply says. A field that it does not say is empty.
struct ErrorReply {
  std::string code;        // `Code` or `code`
  std::string message;     // `Message` or `message`; of an object its JSON text
  std::string request_id;  // `RequestId`, `requestId` or `requestid`, else the header x-acs-request-id
  std::string ram_action;  // AccessDeniedDetail.AuthAction
};

// Reads the envelope that an error reply, and sometimes a 2xx one, has at its root.
ErrorReply ReadErrorEnvelope(const core::JsonValue& root);

// Reads the body as JSON, else as the gateway's small XML (`<Error><Code>…`); of a body that is neither, or
// longer than 1 MiB, only the header counts.
ErrorReply ReadErrorReply(const core::HttpResponse& response);

// What a reply with HTTP status 300 or above means: code first, HTTP status second (the table of the contract's "Call
// status"). `ram_action` is the operation's own, such as `cloudcontrol:GetTask`, named when the reply does not name
// one. The verdict's status carries google.rpc details of at most the size cap.
Verdict ErrorVerdict(const core::HttpResponse& response, const TaskRef& ref, std::string_view ram_action);

// The same for an error envelope that was read already, also when it came with HTTP status 2xx.
Verdict ClassifyError(const ErrorReply& error, const core::HttpResponse& response, const TaskRef& ref,
                      std::string_view ram_action);

// A 2xx reply that is not the JSON that was asked for: UNAVAILABLE UPSTREAM_BROKEN_REPLY, or UPSTREAM_REPLY_TOO_LARGE
// when a budget of the reader was passed (RESOURCE_EXHAUSTED of JsonDocument::Parse). `parse_error` says why, never
// content. Transient, except for too large.
Verdict BrokenReply(const core::HttpResponse& response, const TaskRef& ref, const absl::Status& parse_error);

// The server's wait hint: x-acs-retry-after (milliseconds), `TimeLeft:n` in x-ratelimit-user-api or x-ratelimit-user
// (milliseconds), or Retry-After (seconds); in this order, at most an hour. Nothing for none and for nonsense.
std::optional<absl::Duration> RetryAfter(const core::HttpHeaders& headers);

}  // namespace taskgateway::alibaba

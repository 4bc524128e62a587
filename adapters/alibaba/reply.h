// What replies of both APIs have in common: a JSON object, or an error envelope, whatever the HTTP status.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "adapters/core/http_message.h"
#include "adapters/core/json_reader.h"
#include "adapters/task_adapter.h"
#include "google/protobuf/timestamp.pb.h"

namespace taskgateway::alibaba {

// The JSON document of a reply with HTTP status 2xx; otherwise nothing, and `*verdict` says what the reply means.
// `ram_action` is the operation's, such as `cloudcontrol:GetTask`; `max_bytes` its cap on the body, which is moved out.
std::optional<core::JsonDocument> OpenReply(core::HttpResponse& response, const TaskRef& ref,
                                            std::string_view ram_action, std::size_t max_bytes, Verdict* verdict);

// What a document means that lacks the answer: an error envelope that came with HTTP 2xx, else a broken reply; `why`
// says what is missing.
Verdict NoAnswer(const core::JsonValue& root, std::string_view why, const core::HttpResponse& response,
                 const TaskRef& ref, std::string_view ram_action);

// The broken reply of a task that was not asked for.
Verdict AnotherTask(const core::HttpResponse& response, const TaskRef& ref);

// Sets `source_request_id` from the root member called `member`, else from the header x-acs-request-id.
void DecodeRequestId(const core::JsonValue& root, std::string_view member, const core::HttpHeaders& headers,
                     v1::Task* task);

// Sets a time from a field that every task should have; leaves it unset with a warning when it is not a time.
void DecodeTime(core::FieldReader& fields, std::string_view name,
                void (v1::Task::*set_time)(google::protobuf::Timestamp*), v1::Task* task);

}  // namespace taskgateway::alibaba

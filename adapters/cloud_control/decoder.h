// Reads Cloud Control's replies.
#pragma once

#include <cstddef>

#include "adapters/core/http_message.h"
#include "adapters/task_adapter.h"

namespace taskgateway::cloud_control {

// Cap on the decoded body of a reply; real ones have about a thousand bytes.
inline constexpr std::size_t kMaxReplyBytes = std::size_t{16} << 20;

// Reads a reply of GetTask.
//
// The status word alone decides the state. An error that is printed beside a state other than FAILED and CANCELLED is
// left over: a warning. Documented fields that are missing or of another type leave a warning and decode to what can be
// said truly. A reply that has no object `task`, or another task's, is broken; an error envelope is an error whatever
// its HTTP status.
Reply<DecodedTask> DecodeGetTaskReply(core::HttpResponse response, const TaskRef& ref, bool want_raw);

// Reads a reply of CancelTask: OK for any JSON object that is not an error envelope.
Verdict DecodeCancelTaskReply(core::HttpResponse response, const TaskRef& ref);

}  // namespace taskgateway::cloud_control

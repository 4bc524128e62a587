// From an upstream's reply to a reading.
#pragma once

#include <string_view>

#include "absl/time/time.h"
#include "gateway/tasks/log_point.h"
#include "gateway/tasks/reading.h"
#include "gateway/tasks/source.h"

namespace taskgateway::tasks {

// Adds what is the gateway's to a decoded task and does not depend on what was asked: name, source, read_time,
// next_poll_delay.
void Complete(const Source& source, std::string_view name, absl::Time read_time, v1::Task* task);

// Decodes a GetTask reply with the source's adapter, completes the task and adds its etag. Sets `*reading` and `*log`
// when the verdict is OK. Touches only what never changes of `source`, so any thread may call it.
Verdict DecodeReading(const Source& source, const TaskRef& ref, bool want_raw, absl::Time read_time,
                      core::HttpResponse response, SharedReading* reading, SharedLog* log);

}  // namespace taskgateway::tasks

// From an upstream's reply to a reading.
#pragma once

#include "absl/time/time.h"
#include "gateway/tasks/log_point.h"
#include "gateway/tasks/reading.h"
#include "gateway/tasks/source.h"

namespace taskgateway::tasks {

// Decodes a GetTask reply with the source's adapter and adds what is the gateway's: name, source, read_time, etag,
// next_poll_delay. Sets `*reading` and `*log` when the verdict is OK. Touches only what never changes of `source`, so
// any thread may call it.
Verdict DecodeReading(const Source& source, const TaskRef& ref, bool want_raw, absl::Time read_time,
                      core::HttpResponse response, SharedReading* reading, SharedLog* log);

}  // namespace taskgateway::tasks

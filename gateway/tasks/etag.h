// The fingerprint of what a task means.
#pragma once

#include <string>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// `1-` and 128 bits of SHA-256 over a fixed list of fields, hand-written so that no field joins or leaves it by
// accident and every replica and build agrees. Left out: request ids, read_time, next_poll_delay, logs and their
// summary, raw, tags, values of parameters and outputs, and notes about the reading rather than the task. The "1" is
// the version of the list.
std::string Etag(const v1::Task& task);

}  // namespace taskgateway::tasks

// The size rule of answers.
#pragma once

#include <cstddef>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// A unary answer never exceeds this: every client's default limit is 4 MiB, and a client that is above it gets nothing
// at all.
inline constexpr std::size_t kMaxReplyBytes = std::size_t{3584} << 10;

// Cuts `task` until it serializes to `max_bytes` (at least 64 KiB) or less, whatever it holds: first `raw` and log
// contents, then outputs, then parameters, then any other text, then the number of list items; what was cut is flagged
// `truncated` where there is a flag, and each step leaves a TRUNCATED warning. A task that fits is left alone.
void FitReply(std::size_t max_bytes, v1::Task* task);

// Cuts the tasks of one answer as FitReply does, each to an equal share of `max_bytes`, when together they exceed it.
void FitTasks(std::size_t max_bytes, google::protobuf::RepeatedPtrField<v1::Task>* tasks);

}  // namespace taskgateway::tasks

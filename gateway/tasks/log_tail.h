// The end of a log.
#pragma once

#include <cstddef>
#include <string_view>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// The least offset >= `offset` at which a UTF-8 character of `text` begins, or its size.
std::size_t NextCharacter(std::string_view text, std::size_t offset);

// Entries that a tail has at most: one costs something even when it is empty.
inline constexpr int kMaxTailEntries = 4096;

// Keeps the last `max_bytes` of content and kMaxTailEntries at most: earlier entries go, the first one left is cut at a
// character border, gets its `offset` and is flagged `truncated`.
void CutToTail(std::size_t max_bytes, google::protobuf::RepeatedPtrField<v1::TaskLogEntry>* entries);

}  // namespace taskgateway::tasks

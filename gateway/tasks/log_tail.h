// The end of a log.
#pragma once

#include <cstddef>
#include <string_view>

#include "adapters/task_adapter.h"

namespace taskgateway::tasks {

// The least offset >= `offset` at which a UTF-8 character of `text` begins, or its size.
std::size_t NextCharacter(std::string_view text, std::size_t offset);

// Entries that a tail has at most: one costs something even when it is empty.
inline constexpr int kMaxTailEntries = 4096;

// The end of a log: the last `max_bytes` of content in kMaxTailEntries at most. The first entry is cut at a character
// border where it does not fit, has its `offset` then and is flagged `truncated`.
google::protobuf::RepeatedPtrField<v1::TaskLogEntry> TailOf(const TaskLog& log, std::size_t max_bytes);

// Cuts a tail further, in the same way.
void CutToTail(std::size_t max_bytes, google::protobuf::RepeatedPtrField<v1::TaskLogEntry>* entries);

}  // namespace taskgateway::tasks

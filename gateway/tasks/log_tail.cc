#include "gateway/tasks/log_tail.h"

namespace taskgateway::tasks {

std::size_t NextCharacter(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return text.size();
  while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80) ++offset;
  return offset;
}

google::protobuf::RepeatedPtrField<v1::TaskLogEntry> TailOf(const TaskLog& log, std::size_t max_bytes) {
  std::size_t first = log.entries.size();
  for (std::size_t bytes = 0; first > 0 && bytes <= max_bytes && log.entries.size() - first < kMaxTailEntries;) {
    bytes += log.entries[--first].content.size();
  }
  google::protobuf::RepeatedPtrField<v1::TaskLogEntry> tail;
  tail.Reserve(static_cast<int>(log.entries.size() - first));
  for (std::size_t i = first; i < log.entries.size(); ++i) {
    const TaskLog::Entry& entry = log.entries[i];
    // Of a first entry that is far too long only the end is copied.
    const std::size_t far = entry.content.size() > max_bytes ? entry.content.size() - max_bytes : 0;
    const std::size_t offset = NextCharacter(entry.content, far);
    if (far > 0 && offset == entry.content.size()) continue;
    v1::TaskLogEntry* out = tail.Add();
    out->set_index(static_cast<int>(i));
    if (!entry.command.empty()) out->mutable_command()->assign(entry.command);
    if (!entry.stream.empty()) out->mutable_stream()->assign(entry.stream);
    out->mutable_content()->assign(entry.content.substr(offset));
    out->set_offset(static_cast<std::int64_t>(offset));
    out->set_truncated(offset > 0);
  }
  CutToTail(max_bytes, &tail);
  return tail;
}

void CutToTail(std::size_t max_bytes, google::protobuf::RepeatedPtrField<v1::TaskLogEntry>* entries) {
  std::size_t left = max_bytes;
  int first = entries->size();
  while (first > 0 && left > 0 && entries->size() - first < kMaxTailEntries) {
    v1::TaskLogEntry& entry = *entries->Mutable(first - 1);
    if (entry.content().size() > left) {
      const std::size_t cut = NextCharacter(entry.content(), entry.content().size() - left);
      if (cut == entry.content().size()) break;
      // A new string, so that the memory of the long one goes.
      std::string kept = entry.content().substr(cut);
      entry.set_content(std::move(kept));
      entry.set_offset(entry.offset() + static_cast<std::int64_t>(cut));
      entry.set_truncated(true);
      --first;
      break;
    }
    left -= entry.content().size();
    --first;
  }
  if (first == 0) return;
  // Moved out rather than erased: cleared messages of a repeated field keep their memory.
  google::protobuf::RepeatedPtrField<v1::TaskLogEntry> kept;
  kept.Reserve(entries->size() - first);
  for (int i = first; i < entries->size(); ++i) kept.Add(std::move(*entries->Mutable(i)));
  kept.Swap(entries);
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/log_tail.h"

namespace taskgateway::tasks {

std::size_t NextCharacter(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return text.size();
  while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80) ++offset;
  return offset;
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

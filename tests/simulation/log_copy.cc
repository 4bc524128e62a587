#include "tests/simulation/log_copy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {

std::string LogCopy::Add(const v1::ReadTaskLogsResponse& chunk) {
  const auto entry = static_cast<std::size_t>(chunk.entry_index());
  const auto offset = static_cast<std::size_t>(chunk.offset());
  if (chunk.rewritten()) {
    // What is behind this place is void.
    parts_.erase(parts_.upper_bound(entry), parts_.end());
    const auto part = parts_.find(entry);
    if (part != parts_.end()) {
      if (offset <= part->second.offset) {
        parts_.erase(part);
      } else {
        part->second.content.resize(offset - part->second.offset);
      }
    }
    return "";
  }
  if (chunk.content().empty()) return "";
  if (!parts_.empty() && entry < parts_.rbegin()->first) return absl::StrCat("entry ", entry, " came too late");
  const auto [part, added] = parts_.try_emplace(entry, Part{offset, ""});
  // Only the first entry of a tail begins in the middle.
  if (added && offset > 0 && (!has_tail_ || begun_)) return absl::StrCat("entry ", entry, " begins at ", offset);
  begun_ = true;
  const std::size_t end = part->second.offset + part->second.content.size();
  if (offset != end) return absl::StrCat("entry ", entry, " goes on at ", offset, " behind ", end, " bytes");
  part->second.content += chunk.content();
  return "";
}

bool LogCopy::IsPartOf(const LogEntries& log) const {
  if (parts_.empty()) return true;
  const std::size_t last = parts_.rbegin()->first;
  if (last >= log.size()) return false;
  for (std::size_t i = 0; i <= last; ++i) {
    const auto part = parts_.find(i);
    const std::string_view text = part == parts_.end() ? "" : std::string_view(part->second.content);
    // Only the last entry goes on.
    if (i == last ? !log[i].content.starts_with(text) : log[i].content != text) return false;
  }
  return true;
}

bool LogCopy::IsCopyOf(const LogEntries& log) const {
  auto part = parts_.begin();
  for (std::size_t i = 0; i < log.size(); ++i) {
    const LogEntry& entry = log[i];
    if (!filter_.Wants({.command = entry.command, .stream = entry.stream, .content = entry.content})) continue;
    if (part != parts_.end() && part->first == i) {
      if (part->second.offset > entry.content.size()) return false;
      if (entry.content.substr(part->second.offset) != part->second.content) return false;
      ++part;
    } else if (!entry.content.empty() && !(has_tail_ && part == parts_.begin())) {
      return false;
    }
  }
  return part == parts_.end();
}

}  // namespace taskgateway::simulation

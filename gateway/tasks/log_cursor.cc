#include "gateway/tasks/log_cursor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "adapters/core/utf8.h"
#include "gateway/tasks/log_tail.h"

namespace taskgateway::tasks {

bool LogCursor::Walk(const TaskLog& log, const LogPoint& target, std::size_t max_bytes) {
  while (point_ < target) {
    const TaskLog::Entry& entry = log.entries[point_.entry];
    // Lengths in front of texts, so that no two logs have the same bytes.
    if (!begun_) digest_.Add(absl::StrCat(entry.command.size(), " ", entry.stream.size(), " "));
    if (!begun_) digest_.Add(entry.command);
    if (!begun_) digest_.Add(entry.stream);
    begun_ = true;
    const bool passes = point_.entry < target.entry;
    const std::size_t end = passes ? entry.content.size() : target.offset;
    const std::size_t size = std::min(end - point_.offset, max_bytes);
    digest_.Add(entry.content.substr(point_.offset, size));
    point_.offset += size;
    max_bytes -= size;
    if (point_.offset < end) return false;
    if (!passes) break;
    digest_.Add(absl::StrCat(" ", entry.content.size(), ";"));
    point_ = {point_.entry + 1, 0};
    begun_ = false;
  }
  return true;
}

std::optional<LogChunk> LogCursor::Next(const TaskLog& log, const LogFilter& filter, std::size_t max_bytes) {
  while (point_.entry < log.entries.size()) {
    const TaskLog::Entry& entry = log.entries[point_.entry];
    if (filter.Wants(entry) && point_.offset < entry.content.size()) {
      const std::string_view content = core::CutUtf8(entry.content.substr(point_.offset), kMaxChunkBytes);
      const LogPoint begin = point_;
      Walk(log, {begin.entry, begin.offset + content.size()}, content.size());
      return LogChunk{.begin = begin, .content = content};
    }
    // The last entry may still grow.
    const bool last = point_.entry + 1 == log.entries.size();
    const LogPoint next = last ? LogPoint{point_.entry, entry.content.size()} : LogPoint{point_.entry + 1, 0};
    if (point_ == next) break;
    const std::size_t passed = entry.content.size() - point_.offset;
    if (!Walk(log, next, max_bytes)) return std::nullopt;
    max_bytes -= passed;
  }
  return std::nullopt;
}

LogPoint TailBegin(const TaskLog& log, const LogFilter& filter, std::size_t bytes) {
  for (std::size_t i = log.entries.size(); i > 0; --i) {
    const TaskLog::Entry& entry = log.entries[i - 1];
    if (!filter.Wants(entry)) continue;
    if (entry.content.size() >= bytes) return {i - 1, NextCharacter(entry.content, entry.content.size() - bytes)};
    bytes -= entry.content.size();
  }
  return {};
}

}  // namespace taskgateway::tasks

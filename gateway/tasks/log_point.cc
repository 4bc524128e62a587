#include "gateway/tasks/log_point.h"

#include <algorithm>
#include <string_view>

#include "gateway/tasks/log_tail.h"

namespace taskgateway::tasks {

LogPoint EndOf(const TaskLog& log) {
  if (log.entries.empty()) return {};
  return {log.entries.size() - 1, log.entries.back().content.size()};
}

bool Has(const TaskLog& log, const LogPoint& point) {
  if (log.entries.empty()) return point == LogPoint();
  if (point.entry >= log.entries.size()) return false;
  const std::string_view content = log.entries[point.entry].content;
  return point.offset <= content.size() && NextCharacter(content, point.offset) == point.offset;
}

LogPoint FirstDifference(const TaskLog& older, const TaskLog& newer) {
  for (std::size_t i = 0; i < older.entries.size(); ++i) {
    // Not the entry that is gone: the one in front of it is the last one now, and may grow.
    if (i >= newer.entries.size()) return EndOf(newer);
    const TaskLog::Entry& was = older.entries[i];
    const TaskLog::Entry& is = newer.entries[i];
    if (was.command != is.command || was.stream != is.stream) return {i, 0};
    const bool last = i + 1 == older.entries.size();
    if (last ? is.content.starts_with(was.content) : is.content == was.content) continue;
    const auto [end, other] =
        std::mismatch(was.content.begin(), was.content.end(), is.content.begin(), is.content.end());
    return {i, static_cast<std::size_t>(end - was.content.begin())};
  }
  return kNoPoint;
}

std::size_t BytesOf(const TaskLog& log) {
  std::size_t bytes = sizeof(log) + log.entries.capacity() * sizeof(TaskLog::Entry) + log.reply.capacity();
  for (const std::string& printed : log.printed) bytes += sizeof(std::string) + printed.capacity();
  return bytes;
}

}  // namespace taskgateway::tasks

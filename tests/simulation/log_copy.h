// What a reader of a log has put together from its chunks.
#pragma once

#include <map>
#include <string>

#include "gateway/tasks/log_cursor.h"
#include "taskgateway/v1/read_task_logs.pb.h"
#include "tests/simulation/task_life.h"

namespace taskgateway::simulation {

class LogCopy {
 public:
  // `has_tail`: the reader asked for the end of the log alone.
  LogCopy(tasks::LogFilter filter, bool has_tail) : filter_(std::move(filter)), has_tail_(has_tail) {}

  // Adds a chunk. Empty when it fits on what was there, else what is wrong with it.
  std::string Add(const v1::ReadTaskLogsResponse& chunk);
  // Whether `log` goes on from what came so far, of a reader who wants all of it.
  bool IsPartOf(const LogEntries& log) const;
  // Whether it is `log` as its reader wants it: all of it, or an end of it.
  bool IsCopyOf(const LogEntries& log) const;

 private:
  struct Part {
    std::size_t offset;  // where it begins in its entry
    std::string content;
  };

  const tasks::LogFilter filter_;
  const bool has_tail_;
  bool begun_ = false;
  std::map<std::size_t, Part> parts_;  // by entry
};

}  // namespace taskgateway::simulation

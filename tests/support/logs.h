// Logs for tests.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/tasks/log_point.h"

namespace taskgateway::support {

// A log with these entries, as {stream, content} of the command `apply`.
inline tasks::SharedLog LogOf(std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
  auto log = std::make_shared<TaskLog>();
  for (const auto& [stream, content] : entries) {
    log->printed.emplace_front(content);
    const std::string_view kept = log->printed.front();
    log->entries.push_back({.command = "apply", .stream = stream, .content = kept});
  }
  return log;
}

}  // namespace taskgateway::support

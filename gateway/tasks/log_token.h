// Where a read of a log goes on after a cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/tasks/log_point.h"

namespace taskgateway::tasks {

// What a reader has had. Nothing else goes into a token, so every replica makes and takes the same ones.
struct LogResumePoint {
  std::string name;  // canonical
  LogPoint point;
  std::string digest;  // of all in front of it

  friend bool operator==(const LogResumePoint&, const LogResumePoint&) = default;
};

// Opaque to callers: characters of the web-safe Base64 alphabet, fewer than 400 of them.
std::string ToLogToken(const LogResumePoint& point);

// Nothing when `token` is not one that ToLogToken makes. The name is not checked.
std::optional<LogResumePoint> FromLogToken(std::string_view token);

}  // namespace taskgateway::tasks

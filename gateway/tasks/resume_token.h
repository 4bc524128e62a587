// Where a watch of one task goes on after a cut.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// What a watcher has been told last. Nothing else goes into a token, so every replica makes and takes the same ones.
struct ResumePoint {
  std::string name;  // canonical
  std::string etag;
  v1::Task::State state = v1::Task::STATE_UNSPECIFIED;

  friend bool operator==(const ResumePoint&, const ResumePoint&) = default;
};

// Opaque to callers: characters of the web-safe Base64 alphabet, fewer than 400 of them.
std::string ToToken(const ResumePoint& point);

// Nothing when `token` is not one that ToToken makes. The name is not checked.
std::optional<ResumePoint> FromToken(std::string_view token);

}  // namespace taskgateway::tasks

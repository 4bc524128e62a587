// Which task: a source and the upstream's id.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/tasks/source.h"

namespace taskgateway::tasks {

using TaskKey = std::pair<Source*, std::string>;
using TaskKeyView = std::pair<Source*, std::string_view>;

// Orders keys by name, never by address: the order must be the same in each run.
struct TaskKeyLess {
  using is_transparent = void;
  bool operator()(const auto& left, const auto& right) const {
    if (left.first != right.first) return left.first->name < right.first->name;
    return left.second < right.second;
  }
};

// The canonical resource name.
inline std::string CanonicalName(const Source& source, const std::string& task_id) {
  return absl::StrCat("sources/", source.name, "/tasks/", task_id);
}

}  // namespace taskgateway::tasks

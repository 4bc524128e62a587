#include "tools/taskctl/task_name.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace taskgateway::taskctl {
namespace {
constexpr std::string_view kSources = "sources/";
constexpr std::string_view kTasks = "/tasks/";
}  // namespace

std::string FullTaskName(std::string_view name) {
  const auto slashes = std::count(name.begin(), name.end(), '/');
  if (name.empty() || slashes > 1) return std::string(name);
  if (slashes == 0) return absl::StrCat("sources/-/tasks/", std::string(name));
  const size_t slash = name.find('/');
  if (slash == 0 || slash + 1 == name.size()) return std::string(name);
  return absl::StrCat("sources/", std::string(name.substr(0, slash)), "/tasks/", std::string(name.substr(slash + 1)));
}

std::string ShortTaskName(std::string_view name) {
  if (name.substr(0, kSources.size()) != kSources) return std::string(name);
  const std::string_view rest = name.substr(kSources.size());
  const size_t tasks = rest.find(kTasks);
  if (tasks == std::string_view::npos || rest.find('/') != tasks) return std::string(name);
  return absl::StrCat(std::string(rest.substr(0, tasks)), "/", std::string(rest.substr(tasks + kTasks.size())));
}

}  // namespace taskgateway::taskctl

#include "gateway/rpc/task_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::rpc {
namespace {

constexpr std::string_view kPrefix = "sources/";
constexpr std::string_view kMiddle = "/tasks/";
constexpr std::size_t kMaxTaskId = 128;
constexpr std::size_t kMaxSource = 63;

bool IsTaskId(std::string_view id) {
  if (id.empty() || id.size() > kMaxTaskId || id == "." || id == ".." || id == "-") return false;
  return std::ranges::all_of(id, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._~*-").find(c) != std::string_view::npos;
  });
}

bool IsSource(std::string_view source) {
  if (source == "-") return true;
  if (source.empty() || source.size() > kMaxSource ||
      !absl::ascii_islower(static_cast<unsigned char>(source.front())) || source.back() == '-') {
    return false;
  }
  return std::ranges::all_of(source, [](char c) {
    return c == '-' || absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

absl::StatusOr<TaskName> ParseTaskName(std::string_view name, std::string_view field) {
  if (name.empty()) return core::InvalidField(field, "is required: sources/{source}/tasks/{task}");
  const std::size_t middle = name.find('/', kPrefix.size());
  if (!name.starts_with(kPrefix) || middle == std::string_view::npos || !name.substr(middle).starts_with(kMiddle)) {
    return core::InvalidField(
        field, "must look like sources/{source}/tasks/{task}, or sources/-/tasks/{task} to look in every source");
  }
  const std::string_view source = name.substr(kPrefix.size(), middle - kPrefix.size());
  const std::string_view task = name.substr(middle + kMiddle.size());
  if (!IsSource(source)) {
    return core::InvalidField(
        field,
        "has no valid source: use a configured name (lower-case letters, digits and dashes; see ListSources) or -");
  }
  if (!IsTaskId(task)) {
    return core::InvalidField(
        field, "has no valid task id: 1 to 128 characters out of A-Z a-z 0-9 . _ ~ * - and not . or .. or - alone");
  }
  return TaskName{.source = std::string(source), .task = std::string(task)};
}

}  // namespace taskgateway::rpc

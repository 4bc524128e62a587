#include "gateway/rpc/task_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::rpc {
namespace {

constexpr std::string_view kPrefix = "sources/";
constexpr std::string_view kTasks = "/tasks/";
constexpr std::string_view kProducts = "/provisionedProducts/";
constexpr std::string_view kLatest = "/tasks/latest";
constexpr std::string_view kOperations = "/operations/";
constexpr std::size_t kMaxId = 128;
constexpr std::size_t kMaxSource = 63;

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

// `name` at its second slash; nothing when it does not start with `sources/{source}`, or that is all.
bool Split(std::string_view name, std::string_view* source, std::string_view* rest) {
  if (!name.starts_with(kPrefix)) return false;
  const std::size_t slash = name.find('/', kPrefix.size());
  if (slash == std::string_view::npos) return false;
  *source = name.substr(kPrefix.size(), slash - kPrefix.size());
  *rest = name.substr(slash);
  return true;
}

absl::Status BadSource(std::string_view field) {
  return core::InvalidField(field,
                            "has no valid source: use a configured name (lower-case letters, digits and dashes; see "
                            "ListSources), or - where every source may be asked");
}

absl::Status BadId(std::string_view field, const char* whose) {
  return core::InvalidField(field, absl::StrCat("has no valid ", whose,
                                                " id: 1 to 128 characters out of A-Z a-z 0-9 . _ ~ * - and not . or .. "
                                                "or - alone"));
}

}  // namespace

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > kMaxId || id == "." || id == ".." || id == "-") return false;
  return std::ranges::all_of(id, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._~*-").find(c) != std::string_view::npos;
  });
}

absl::StatusOr<TaskName> ParseTaskName(std::string_view name, std::string_view field) {
  if (name.empty()) return core::InvalidField(field, "is required: sources/{source}/tasks/{task}");
  std::string_view source;
  std::string_view rest;
  const bool split = Split(name, &source, &rest);
  if (split && rest.starts_with(kProducts) && rest.ends_with(kLatest)) {
    if (!IsSource(source)) return BadSource(field);
    if (source == "-") {
      return core::InvalidField(field, "must name the source: tasks/latest of a provisioned product has no sources/-");
    }
    rest.remove_prefix(kProducts.size());
    rest.remove_suffix(std::min(kLatest.size(), rest.size()));
    if (!IsId(rest)) return BadId(field, "provisioned product");
    return TaskName{.source = std::string(source), .provisioned_product_id = std::string(rest)};
  }
  if (!split || !rest.starts_with(kTasks)) {
    return core::InvalidField(
        field, "must look like sources/{source}/tasks/{task}, or sources/-/tasks/{task} to look in every source");
  }
  if (!IsSource(source)) return BadSource(field);
  rest.remove_prefix(kTasks.size());
  if (!IsId(rest)) return BadId(field, "task");
  return TaskName{.source = std::string(source), .task = std::string(rest)};
}

std::string ToOperationName(std::string_view task_name) {
  const std::size_t slash = task_name.find('/', kPrefix.size());
  return absl::StrCat(std::string(task_name.substr(0, slash)), std::string(kOperations),
                      std::string(task_name.substr(slash + kTasks.size())));
}

absl::StatusOr<TaskName> ParseOperationName(std::string_view name, std::string_view field) {
  std::string_view source;
  std::string_view rest;
  if (!Split(name, &source, &rest) || !rest.starts_with(kOperations)) {
    return core::InvalidField(field, "must look like sources/{source}/operations/{task}");
  }
  if (source == "-") return core::InvalidField(field, "must name one source: an operation is of one");
  if (!IsSource(source)) return BadSource(field);
  rest.remove_prefix(kOperations.size());
  if (!IsId(rest)) return BadId(field, "task");
  return TaskName{.source = std::string(source), .task = std::string(rest)};
}

absl::StatusOr<std::string> ParseSourceName(std::string_view name, std::string_view field) {
  if (name.starts_with(kPrefix)) {
    const std::string_view source = name.substr(kPrefix.size());
    if (IsSource(source) && source != "-") return std::string(source);
  }
  return core::InvalidField(field, "must look like sources/{source}, with the name of one source (see ListSources)");
}

}  // namespace taskgateway::rpc

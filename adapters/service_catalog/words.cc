#include "adapters/service_catalog/words.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace taskgateway::service_catalog {
namespace {

// All that is documented: a task is neither queued nor cancelled here.
constexpr std::pair<absl::string_view, v1::Task::State> kStates[] = {
    {"InProgress", v1::Task::RUNNING},
    {"Succeeded", v1::Task::SUCCEEDED},
    {"Failed", v1::Task::FAILED},
};

constexpr std::pair<absl::string_view, v1::Task::Action> kActions[] = {
    {"LaunchProduct", v1::Task::CREATE},
    {"UpdateProvisionedProduct", v1::Task::UPDATE},
    {"TerminateProvisionedProduct", v1::Task::DELETE},
};

template <typename T, std::size_t N>
T Lookup(const std::pair<absl::string_view, T> (&table)[N], std::string_view word, T otherwise) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(absl::string_view(word.data(), word.size()));
  for (const auto& [name, value] : table) {
    if (absl::EqualsIgnoreCase(name, trimmed)) return value;
  }
  return otherwise;
}

}  // namespace

v1::Task::State StateOf(std::string_view status) { return Lookup(kStates, status, v1::Task::UNKNOWN); }

v1::Task::Action ActionOf(std::string_view task_type) { return Lookup(kActions, task_type, v1::Task::OTHER); }

}  // namespace taskgateway::service_catalog

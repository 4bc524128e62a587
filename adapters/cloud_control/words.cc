#include "adapters/cloud_control/words.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace taskgateway::cloud_control {
namespace {

// The documented words, and the American spelling of two of them.
constexpr std::pair<absl::string_view, v1::Task::State> kStates[] = {
    {"Pending", v1::Task::PENDING},     {"Running", v1::Task::RUNNING},       {"Succeeded", v1::Task::SUCCEEDED},
    {"Failed", v1::Task::FAILED},       {"Cancelling", v1::Task::CANCELLING}, {"Canceling", v1::Task::CANCELLING},
    {"Cancelled", v1::Task::CANCELLED}, {"Canceled", v1::Task::CANCELLED},
};

constexpr std::pair<absl::string_view, v1::Task::Action> kActions[] = {
    {"Create", v1::Task::CREATE},
    {"Update", v1::Task::UPDATE},
    {"Delete", v1::Task::DELETE},
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

v1::Task::Action ActionOf(std::string_view task_action) { return Lookup(kActions, task_action, v1::Task::OTHER); }

}  // namespace taskgateway::cloud_control

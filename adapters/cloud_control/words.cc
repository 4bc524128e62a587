#include "adapters/cloud_control/words.h"

#include "adapters/alibaba/word_table.h"

namespace taskgateway::cloud_control {
namespace {

// The documented words, and the American spelling of two of them.
constexpr alibaba::Word<v1::Task::State> kStates[] = {
    {"Pending", v1::Task::PENDING},     {"Running", v1::Task::RUNNING},       {"Succeeded", v1::Task::SUCCEEDED},
    {"Failed", v1::Task::FAILED},       {"Cancelling", v1::Task::CANCELLING}, {"Canceling", v1::Task::CANCELLING},
    {"Cancelled", v1::Task::CANCELLED}, {"Canceled", v1::Task::CANCELLED},
};

constexpr alibaba::Word<v1::Task::Action> kActions[] = {
    {"Create", v1::Task::CREATE},
    {"Update", v1::Task::UPDATE},
    {"Delete", v1::Task::DELETE},
};

}  // namespace

v1::Task::State StateOf(std::string_view status) { return alibaba::MeaningOf(kStates, status, v1::Task::UNKNOWN); }

v1::Task::Action ActionOf(std::string_view task_action) {
  return alibaba::MeaningOf(kActions, task_action, v1::Task::OTHER);
}

}  // namespace taskgateway::cloud_control

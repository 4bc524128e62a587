#include "adapters/service_catalog/words.h"

#include "adapters/alibaba/word_table.h"

namespace taskgateway::service_catalog {
namespace {

// All that is documented: a task is neither queued nor cancelled here.
constexpr alibaba::Word<v1::Task::State> kStates[] = {
    {"InProgress", v1::Task::RUNNING},
    {"Succeeded", v1::Task::SUCCEEDED},
    {"Failed", v1::Task::FAILED},
};

constexpr alibaba::Word<v1::Task::Action> kActions[] = {
    {"LaunchProduct", v1::Task::CREATE},
    {"UpdateProvisionedProduct", v1::Task::UPDATE},
    {"TerminateProvisionedProduct", v1::Task::DELETE},
};

}  // namespace

v1::Task::State StateOf(std::string_view status) { return alibaba::MeaningOf(kStates, status, v1::Task::UNKNOWN); }

v1::Task::Action ActionOf(std::string_view task_type) {
  return alibaba::MeaningOf(kActions, task_type, v1::Task::OTHER);
}

}  // namespace taskgateway::service_catalog

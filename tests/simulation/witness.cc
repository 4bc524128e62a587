#include "tests/simulation/witness.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {

std::size_t Witness::NumberOf(const v1::Task& task) {
  std::size_t number = 0;
  return absl::SimpleAtoi(task.source_request_id(), &number) ? number : std::numeric_limits<std::size_t>::max();
}

const ScriptedUpstream::TaskReply* Witness::Saw(const std::string& task_id, const v1::Task& task,
                                                absl::Duration as_of) {
  const std::string shown =
      absl::StrCat(task.name(), " as ", task.source_status(), " by reply ", task.source_request_id());
  journal_.Note("shown " + shown);
  const std::size_t number = NumberOf(task);
  const bool replied = number < upstream_.replies().size();
  const ScriptedUpstream::TaskReply* reply = replied ? &upstream_.replies()[number] : nullptr;
  if (!replied || reply->life->id != task_id || reply->life->source != task.source() ||
      task.source_status() != reply->life->StateAt(reply->truth_of)) {
    journal_.Violated(Invariant::kAnsweredByUpstream, absl::StrCat("who asked for ", task_id, " was shown ", shown));
    return nullptr;
  }
  const auto end = ends_.find(task.name());
  const bool known = end != ends_.end() && (task.done() || end->second.seen <= as_of);
  if (known && end->second.state != task.state()) {
    journal_.Violated(Invariant::kDoneStaysDone,
                      absl::StrCat(shown, " after ", v1::Task::State_Name(end->second.state)));
  }
  if (task.done()) ends_.emplace(task.name(), End{task.state(), journal_.Elapsed()});
  return reply;
}

}  // namespace taskgateway::simulation

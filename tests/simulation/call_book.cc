#include "tests/simulation/call_book.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {

CallBook::CallId CallBook::Open(std::string what, absl::Duration limit) {
  journal_.Note(absl::StrCat("call ", calls_.size(), " begins: ", what));
  calls_.push_back({std::move(what), journal_.Elapsed() + limit, State::kOpen});
  return calls_.size() - 1;
}

void CallBook::Ended(CallId id, const absl::Status& status) {
  Call& call = calls_[id];
  journal_.Note(absl::StrCat("call ", id, " ends: ", absl::StatusCodeToString(status.code())));
  if (call.state != State::kOpen) {
    journal_.Violated(Invariant::kOneFinalStatus,
                      absl::StrCat("call ", id, " (", call.what, ") got a status after its end"));
  }
  if (journal_.Elapsed() > call.ends_by) {
    journal_.Violated(Invariant::kOneFinalStatus, absl::StrCat("call ", id, " (", call.what, ") ended late"));
  }
  call.state = State::kEnded;
}

void CallBook::Left(CallId id) {
  if (!IsOpen(id)) return;
  journal_.Note(absl::StrCat("call ", id, " is left"));
  calls_[id].state = State::kLeft;
}

void CallBook::CheckAllEnded() {
  for (CallId id = 0; id < calls_.size(); ++id) {
    if (!IsOpen(id)) continue;
    journal_.Violated(Invariant::kOneFinalStatus, absl::StrCat("call ", id, " (", calls_[id].what, ") never ended"));
  }
}

}  // namespace taskgateway::simulation

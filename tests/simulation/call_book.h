// The calls of a run and how they ended.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "tests/simulation/journal.h"

namespace taskgateway::simulation {

// Sees that every call gets exactly one final status, and none after its caller left.
class CallBook {
 public:
  using CallId = std::size_t;

  explicit CallBook(Journal& journal) : journal_(journal) {}

  // A call begins. It has to end within `limit`.
  CallId Open(std::string what, absl::Duration limit = absl::InfiniteDuration());
  // Its final status.
  void Ended(CallId call, const absl::Status& status);
  // Its caller went away. Ignored when it has ended.
  void Left(CallId call);
  bool IsOpen(CallId call) const { return calls_[call].state == State::kOpen; }
  // Nobody has left who should hear something: whatever is open stays so for ever.
  void CheckAllEnded();

  std::size_t size() const { return calls_.size(); }

 private:
  enum class State { kOpen, kEnded, kLeft };
  struct Call {
    std::string what;
    absl::Duration ends_by;  // since the run began
    State state;
  };

  Journal& journal_;
  std::vector<Call> calls_;
};

}  // namespace taskgateway::simulation

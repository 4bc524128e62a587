#include "tools/taskctl/following.h"

#include "google/rpc/code.pb.h"
#include "tools/taskctl/call_error.h"

namespace taskgateway::taskctl {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(1);
constexpr absl::Duration kPause = absl::Seconds(1);

// Another call may end otherwise.
bool MayPass(const google::rpc::Status& status) {
  switch (status.code()) {
    case google::rpc::OK:  // a stream that was cut
    case google::rpc::UNAVAILABLE:
    case google::rpc::DEADLINE_EXCEEDED:
    case google::rpc::RESOURCE_EXHAUSTED:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Persistence::Heard() { heard_ = terminal_.now(); }

bool Persistence::WorthAnotherTry(const google::rpc::Status& status) {
  if (!GoesOn() || !MayPass(status)) return false;
  // The gateway itself says so, of the upstream or of a task that there is not yet: it is there.
  if (!ReasonOf(status).empty()) Heard();
  return terminal_.now() - heard_ <= kPatience;
}

void Persistence::PauseBeforeTry(const KeepGoing& keep_going) {
  if (terminal_.now() - tried_ < kPause) Pause(kPause, keep_going);
  tried_ = terminal_.now();
}

ExitCode Persistence::TellEnd(std::string_view what) const {
  if (terminal_.interrupted()) {
    terminal_.err << "interrupted: " << what << "\n";
    return ExitCode::kInterrupted;
  }
  terminal_.err << "the time is over: " << what << "\n";
  return ExitCode::kTimedOut;
}

}  // namespace taskgateway::taskctl

#include "tools/taskctl/following.h"

#include <algorithm>

#include "google/rpc/code.pb.h"
#include "tools/taskctl/call_error.h"
#include "tools/taskctl/text.h"

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

void Persistence::Heard() {
  heard_ = terminal_.now();
  if (!outage().empty() && !terminal_.surface.live) {
    terminal_.err << "taskctl: " << VisibleLine(terminal_.server) << " answers again\n" << std::flush;
  }
  lost_ = 0;
}

std::string Persistence::outage() const {
  // Replicas come and go: another one answers at the second try.
  return lost_ > 1 ? "the gateway does not answer; trying again for a minute" : "";
}

bool Persistence::WorthAnotherTry(const google::rpc::Status& status) {
  if (!GoesOn() || !MayPass(status)) return false;
  const std::string reason = ReasonOf(status);
  // The gateway itself says so, of a task that there is not yet or of the upstream that it has read before: it is
  // there.
  if (reason == "TASK_NOT_YET_CREATED" || (!reason.empty() && heard_ > absl::InfinitePast())) Heard();
  const absl::Time since = reason.empty() ? heard_ : std::max(heard_, began_);
  if (terminal_.now() - since > kPatience) return false;
  if (reason.empty() && ++lost_ == 2 && !terminal_.surface.live) {
    terminal_.err << "taskctl: " << outage() << "\n" << std::flush;
  }
  return true;
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

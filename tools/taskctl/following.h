// What wait and watch share: how long they go on, and through what.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "tools/taskctl/colours.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/live_call.h"

namespace taskgateway::taskctl {

// What a command that follows tasks works with. All of it outlives the command.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  Surface surface;
  std::function<absl::Time()> now;
  std::function<bool()> interrupted;
  std::string server;  // for messages
};

// Says when to go on, when to try again, and when to give up. One command, one thread.
//
// A gateway that has answered once may be away for a minute: connections are cut when they reach their age, and
// replicas come and go. One that never answered is not waited for. What the gateway says of an upstream may pass: a
// minute when no reply ever came from it, and else for ever.
class Persistence {
 public:
  // The time is over at `end`; infinite future for never.
  Persistence(const Terminal& terminal, absl::Time end) : terminal_(terminal), end_(end), began_(terminal.now()) {}

  // Neither interrupted nor out of time.
  bool GoesOn() const { return !terminal_.interrupted() && terminal_.now() < end_; }
  absl::Time end() const { return end_; }
  // The gateway has said something; tells that it is back, if Lost was told.
  void Heard();
  // Whether a call that ended with `status`, not OK or that of a stream that was cut, is worth another one. Tells on
  // standard error when the gateway does not answer at the second try either.
  bool WorthAnotherTry(const google::rpc::Status& status);
  // Waits before another call, if there was one within the last second; `keep_going` is asked meanwhile. So a cut is
  // mended at once, as other replicas may answer, and what stays broken is tried every second.
  void PauseBeforeTry(const KeepGoing& keep_going);
  // The gateway does not answer; empty while it does.
  std::string outage() const;
  // Tells why a command ends that GoesOn no more. `what` goes on without it: `the task goes on`.
  ExitCode TellEnd(std::string_view what) const;

 private:
  const Terminal& terminal_;
  const absl::Time end_;
  const absl::Time began_;
  absl::Time heard_ = absl::InfinitePast();
  absl::Time tried_ = absl::InfinitePast();
  int lost_ = 0;  // calls since the gateway said something
};

}  // namespace taskgateway::taskctl

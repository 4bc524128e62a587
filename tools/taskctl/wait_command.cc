#include "tools/taskctl/wait_command.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "adapters/core/proto_time.h"
#include "google/rpc/code.pb.h"
#include "tools/taskctl/call_error.h"
#include "tools/taskctl/progress.h"
#include "tools/taskctl/task_name.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

// One call; the gateway itself answers after 50 s at most. A connection that has died unnoticed costs no more.
constexpr absl::Duration kCallLimit = absl::Minutes(1);
// What an answer needs beyond the wait that was asked for.
constexpr absl::Duration kReturnTrip = absl::Seconds(5);

// What a poll may take.
constexpr absl::Duration kBehindPoll = absl::Milliseconds(200);

class Waiting {
 public:
  Waiting(GatewayClient& client, const WaitCommand& command, const Terminal& terminal, absl::Time end)
      : client_(client), terminal_(terminal), persistence_(terminal, end), began_(terminal.now()) {
    progress_.name = command.name;
    request_.set_name(command.name);
    if (command.created_after) {
      request_.mutable_created_after()->set_seconds(absl::ToUnixSeconds(*command.created_after));
    }
  }

  ExitCode Run(v1::Task* task) {
    while (persistence_.GoesOn()) {
      v1::WaitTaskResponse answer;
      const google::rpc::Status status = client_.WaitTask(request_, Limit(), KeepGoing(), answer);
      if (status.code() == google::rpc::OK) {
        Heard(answer);
        if (!answer.task().done()) continue;
        Erase();
        *task = answer.task();
        return ExitCodeOf(*task);
      }
      if (persistence_.WorthAnotherTry(status)) {
        Trouble(status);
        persistence_.PauseBeforeTry(KeepGoing());
        continue;
      }
      if (!persistence_.GoesOn()) break;
      Erase();
      terminal_.err << CallErrorText(request_.name(), status, terminal_.server);
      return ExitCodeOf(status);
    }
    Erase();
    return persistence_.TellEnd(absl::StrCat(VisibleLine(ShortTaskName(request_.name())), " goes on without taskctl"));
  }

 private:
  // Of one call, and sets its timeout: the first answers with the task as it is.
  absl::Duration Limit() {
    absl::Duration left = persistence_.end() - terminal_.now();
    // The spinner tells of the next poll, which each answer names: ask again behind it.
    if (terminal_.surface.live && progress_.next_poll) {
      left = std::min(left, std::max(*progress_.next_poll - terminal_.now(), absl::ZeroDuration()) + kBehindPoll);
    }
    request_.clear_timeout();
    if (first_) {
      request_.mutable_timeout();
    } else if (left < kCallLimit) {
      core::SetDuration(left, request_.mutable_timeout());
    }
    first_ = false;
    return std::min(left + kReturnTrip, kCallLimit);
  }

  void Heard(const v1::WaitTaskResponse& answer) {
    persistence_.Heard();
    const bool changed = progress_.task.etag() != answer.task().etag() || !progress_.trouble.empty();
    progress_.trouble.clear();
    progress_.task = answer.task();
    progress_.next_poll.reset();
    if (answer.has_retry_delay()) {
      progress_.next_poll = terminal_.now() + core::DurationOf(answer.retry_delay());
    }
    // From now on it is this task.
    request_.set_name(answer.task().name());
    request_.clear_created_after();
    progress_.name = answer.task().name();
    request_.set_until_etag_changes_from(answer.task().etag());
    if (changed && !terminal_.surface.live) {
      terminal_.err << ChangeLine(terminal_.now(), progress_.name, progress_.task) << std::flush;
    }
  }

  void Trouble(const google::rpc::Status& status) {
    const std::string reason = ReasonOf(status);
    if (reason.empty()) {
      // The next call answers at once, too: whether the gateway is back is to be known before a long wait.
      first_ = true;
      return;
    }
    const std::string trouble = reason == "TASK_NOT_YET_CREATED" ? "no task yet" : status.message();
    const bool is_new = progress_.trouble.empty();
    progress_.trouble = trouble;
    if (is_new && !terminal_.surface.live) {
      terminal_.err << TroubleLine(terminal_.now(), progress_.name, trouble) << std::flush;
    }
  }

  taskctl::KeepGoing KeepGoing() {
    return [this] {
      Draw();
      return persistence_.GoesOn();
    };
  }

  void Draw() {
    if (!terminal_.surface.live) return;
    const absl::Time now = terminal_.now();
    const bool created = progress_.task.has_create_time();
    progress_.elapsed = now - (created ? absl::FromUnixSeconds(progress_.task.create_time().seconds()) : began_);
    WaitProgress progress = progress_;
    if (!persistence_.outage().empty()) progress.trouble = persistence_.outage();
    terminal_.err << "\r\x1b[K" << SpinnerLine(progress, frame_++, now, terminal_.surface) << std::flush;
  }

  void Erase() {
    if (terminal_.surface.live) terminal_.err << "\r\x1b[K" << std::flush;
  }

  GatewayClient& client_;
  const Terminal& terminal_;
  Persistence persistence_;
  const absl::Time began_;
  v1::WaitTaskRequest request_;
  WaitProgress progress_;
  bool first_ = true;
  int frame_ = 0;
};

}  // namespace

ExitCode Wait(GatewayClient& client, const WaitCommand& command, const Terminal& terminal, absl::Time end,
              v1::Task* task) {
  return Waiting(client, command, terminal, end).Run(task);
}

}  // namespace taskgateway::taskctl

#include "tools/taskctl/logs_command.h"

#include <string>
#include <utility>

#include "tools/taskctl/call_error.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

class LogPrinter {
 public:
  LogPrinter(GatewayClient& client, const LogsCommand& command, const Terminal& terminal, absl::Time end)
      : client_(client), terminal_(terminal), persistence_(terminal, end) {
    request_.set_name(command.name);
    request_.set_follow(command.follow);
    request_.set_tail_bytes(command.tail_bytes);
    request_.set_command(command.command);
    request_.set_stream(command.stream);
  }

  ExitCode Run() {
    const KeepGoing keep_going = [this] { return persistence_.GoesOn(); };
    while (persistence_.GoesOn()) {
      const google::rpc::Status status =
          client_.ReadTaskLogs(request_, keep_going, [this](const auto& chunk) { OnChunk(chunk); });
      if (status.code() == 0) {
        EndLine();
        return ExitCode::kSucceeded;
      }
      if (persistence_.WorthAnotherTry(status)) {
        persistence_.PauseBeforeTry(keep_going);
        continue;
      }
      if (!persistence_.GoesOn()) break;
      EndLine();
      terminal_.err << CallErrorText(request_.name(), status, terminal_.server);
      return ExitCodeOf(status);
    }
    EndLine();
    return persistence_.TellEnd("the task goes on without taskctl");
  }

 private:
  void OnChunk(const v1::ReadTaskLogsResponse& chunk) {
    persistence_.Heard();
    if (!chunk.resume_token().empty()) {
      request_.set_resume_token(chunk.resume_token());
      request_.clear_tail_bytes();
    }
    if (chunk.rewritten()) {
      EndLine();
      terminal_.err << "taskctl: the upstream has changed the log; from entry " << chunk.entry_index()
                    << " on it comes anew\n";
    }
    if (chunk.content().empty()) return;
    // Entries are texts of their own, whose last line may not have an end.
    if (chunk.entry_index() != entry_ && !line_ended_) Print("\n");
    entry_ = chunk.entry_index();
    Print(chunk.content());
  }

  void Print(const std::string& text) {
    line_ended_ = text.ends_with('\n');
    if (!terminal_.surface.live) {
      terminal_.out << text << std::flush;
      return;
    }
    rest_ += text;
    const std::size_t lines = rest_.rfind('\n') + 1;
    PrintForPeople(rest_.substr(0, lines));
    rest_.erase(0, lines);
  }

  // A line may come in pieces, and so may what colours it.
  void PrintForPeople(const std::string& lines) { terminal_.out << Visible(WithoutColours(lines)) << std::flush; }
  // Before something else is printed: on a terminal it gets a line of its own.
  void EndLine() {
    PrintForPeople(std::exchange(rest_, ""));
    if (terminal_.surface.live && !std::exchange(line_ended_, true)) terminal_.out << "\n" << std::flush;
  }

  GatewayClient& client_;
  const Terminal& terminal_;
  Persistence persistence_;
  v1::ReadTaskLogsRequest request_;
  int entry_ = 0;
  bool line_ended_ = true;
  std::string rest_;  // of a line that has not ended, not printed yet
};

}  // namespace

ExitCode PrintLogs(GatewayClient& client, const LogsCommand& command, const Terminal& terminal, absl::Time end) {
  return LogPrinter(client, command, terminal, end).Run();
}

}  // namespace taskgateway::taskctl

#include "tools/taskctl/watch_command.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/code.pb.h"
#include "tools/taskctl/call_error.h"
#include "tools/taskctl/progress.h"
#include "tools/taskctl/tables.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

class Watching {
 public:
  Watching(GatewayClient& client, const WatchCommand& command, const Terminal& terminal, absl::Time end)
      : client_(client), command_(command), terminal_(terminal), persistence_(terminal, end) {
    for (const std::string& name : command.names) rows_.push_back({.name = name, .task = {}, .trouble = ""});
    tokens_.resize(rows_.size());
    ends_.resize(rows_.size());
  }

  ExitCode Run() {
    while (persistence_.GoesOn()) {
      closing_ = v1::WatchClosing::REASON_UNSPECIFIED;
      const google::rpc::Status status = client_.WatchTasks(Request(), KeepGoing(), [this](const auto& event) {
        persistence_.Heard();
        OnEvent(event);
      });
      if (closing_ == v1::WatchClosing::ALL_DONE) {
        TellOtherNames();
        Draw();
        return Worst();
      }
      if (persistence_.WorthAnotherTry(status)) {
        Draw();
        persistence_.PauseBeforeTry(KeepGoing());
        continue;
      }
      if (!persistence_.GoesOn()) break;
      Draw();
      terminal_.err << CallErrorText("", status, terminal_.server);
      return Worse(Worst(), ExitCodeOf(status));
    }
    Draw();
    return persistence_.TellEnd("the tasks go on without taskctl");
  }

 private:
  v1::WatchTasksRequest Request() const {
    v1::WatchTasksRequest request;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      // A name that has left the stream stays away, unless it is the last one's company: a watch has a name at least.
      if (ends_[i] && !std::ranges::all_of(ends_, [](const auto& end) { return end.has_value(); })) continue;
      v1::WatchTarget& target = *request.add_targets();
      target.set_name(rows_[i].name);
      target.set_resume_token(tokens_[i]);
      if (command_.created_after) {
        target.mutable_created_after()->set_seconds(absl::ToUnixSeconds(*command_.created_after));
      }
    }
    return request;
  }

  void OnEvent(const v1::WatchTasksResponse& event) {
    if (event.has_closing()) closing_ = event.closing().reason();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].name == event.requested_name()) OnEventOf(i, event);
    }
    if (terminal_.surface.live) Draw();
  }

  void OnEventOf(std::size_t i, const v1::WatchTasksResponse& event) {
    WatchRow& row = rows_[i];
    if (!event.resume_token().empty()) tokens_[i] = event.resume_token();
    if (event.has_unreachable()) {
      const v1::TaskUnreachable& unreachable = event.unreachable();
      row.trouble = ReasonOf(unreachable.status()) == "TASK_NOT_YET_CREATED"
                        ? "no task yet"
                        : absl::StrCat("cannot be read: ", unreachable.status().message());
      if (!unreachable.will_retry()) ends_[i] = ExitCodeOf(unreachable.status());
      return TellLine(TroubleLine(terminal_.now(), row.name, row.trouble));
    }
    const v1::Task& task = event.has_snapshot() ? event.snapshot().task() : event.changed().task();
    // After a cut the same again is no news.
    const bool news = task.etag() != row.task.etag() || !row.trouble.empty();
    row.trouble.clear();
    row.task = task;
    if (task.done()) ends_[i] = ExitCodeOf(task);
    if (news) TellLine(ChangeLine(terminal_.now(), row.name, task));
  }

  // The gateway follows a task once, by one of its names.
  void TellOtherNames() {
    for (WatchRow& row : rows_) {
      if (!row.task.name().empty() || !row.trouble.empty()) continue;
      row.trouble = "another name of one of these tasks";
      TellLine(TroubleLine(terminal_.now(), row.name, row.trouble));
    }
  }

  void TellLine(const std::string& line) {
    if (!terminal_.surface.live) terminal_.out << line << std::flush;
  }

  // Over what was drawn before.
  void Draw() {
    if (!terminal_.surface.live) return;
    std::string table = WatchTable(rows_, terminal_.now(), terminal_.surface);
    if (!persistence_.outage().empty())
      absl::StrAppend(&table, Cut(persistence_.outage(), terminal_.surface.columns), "\n");
    if (lines_ > 0) terminal_.out << "\x1b[" << lines_ << "A\x1b[J";
    terminal_.out << table << std::flush;
    lines_ = std::ranges::count(table, '\n');
  }

  taskctl::KeepGoing KeepGoing() {
    return [this] {
      // Ages go on; a second is what they show.
      if (terminal_.surface.live && terminal_.now() - drawn_ >= absl::Seconds(1)) {
        Draw();
        drawn_ = terminal_.now();
      }
      return persistence_.GoesOn();
    };
  }

  ExitCode Worst() const {
    ExitCode worst = ExitCode::kSucceeded;
    for (const std::optional<ExitCode>& end : ends_) worst = Worse(worst, end.value_or(ExitCode::kSucceeded));
    return worst;
  }

  GatewayClient& client_;
  const WatchCommand& command_;
  const Terminal& terminal_;
  Persistence persistence_;
  // One for each name, in the order of the command.
  std::vector<WatchRow> rows_;
  std::vector<std::string> tokens_;
  std::vector<std::optional<ExitCode>> ends_;
  v1::WatchClosing::Reason closing_ = v1::WatchClosing::REASON_UNSPECIFIED;
  std::ptrdiff_t lines_ = 0;
  absl::Time drawn_ = absl::InfinitePast();
};

}  // namespace

ExitCode Watch(GatewayClient& client, const WatchCommand& command, const Terminal& terminal, absl::Time end) {
  return Watching(client, command, terminal, end).Run();
}

}  // namespace taskgateway::taskctl

#include "tools/taskctl/run.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tools/taskctl/call_error.h"
#include "tools/taskctl/command_line.h"
#include "tools/taskctl/documents.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/gateway_client.h"
#include "tools/taskctl/logs_command.h"
#include "tools/taskctl/tables.h"
#include "tools/taskctl/task_card.h"
#include "tools/taskctl/text.h"
#include "tools/taskctl/wait_command.h"
#include "tools/taskctl/watch_command.h"

namespace taskgateway::taskctl {
namespace {

std::string Names(const google::protobuf::RepeatedPtrField<v1::Task>& tasks) {
  std::string text;
  for (const v1::Task& task : tasks) absl::StrAppend(&text, VisibleLine(task.name()), "\n");
  return text;
}

std::string Names(const google::protobuf::RepeatedPtrField<v1::Source>& sources) {
  std::string text;
  for (const v1::Source& source : sources) absl::StrAppend(&text, VisibleLine(source.name()), "\n");
  return text;
}

// One run of the program: asks, prints, remembers the worst exit code.
class Session {
 public:
  Session(GatewayClient client, OutputFormat output, const Settings& settings, const Surroundings& surroundings)
      : client_(std::move(client)), output_(output), settings_(settings), surroundings_(surroundings) {}

  ExitCode operator()(const GetCommand& command) {
    if (command.names.size() == 1) {
      GetOne(command);
    } else {
      GetSeveral(command);
    }
    return worst_;
  }

  ExitCode operator()(const WaitCommand& command) {
    const Terminal terminal = FollowingTerminal();
    v1::Task task;
    worst_ = Wait(client_, command, terminal, EndOfFollowing(), &task);
    if (task.done()) PrintTask(task);
    return worst_;
  }

  ExitCode operator()(const WatchCommand& command) {
    const Terminal terminal = FollowingTerminal();
    return Watch(client_, command, terminal, EndOfFollowing());
  }

  ExitCode operator()(const LogsCommand& command) {
    const Terminal terminal = FollowingTerminal();
    return PrintLogs(client_, command, terminal, EndOfFollowing());
  }

  ExitCode operator()(const ListCommand& command) {
    v1::ListTasksResponse answer;
    if (!Check(command.parent, client_.ListTasks(command, answer))) return worst_;
    const bool more = !answer.next_page_token().empty();
    answer.clear_next_page_token();
    PrintTasks(answer.tasks(), [&] { return TasksJson(answer); });
    if (more) {
      surroundings_.err << "taskctl: these are the first " << answer.tasks_size() << "; there are more: --limit\n";
    }
    return worst_;
  }

  ExitCode operator()(const CancelCommand& command) {
    v1::Task task;
    if (Check(command.name, client_.CancelTask(command, task))) PrintTask(task);
    return worst_;
  }

  ExitCode operator()(const HealthCommand& command) {
    bool serving = false;
    if (!Check(command.service, client_.CheckHealth(command, serving))) return worst_;
    Print(serving ? "SERVING\n" : "NOT_SERVING\n");
    return serving ? worst_ : ExitCode::kUnreachable;
  }

  ExitCode operator()(const SourcesCommand&) {
    v1::ListSourcesResponse answer;
    if (!Check("", client_.ListSources(answer))) return worst_;
    switch (output_) {
      case OutputFormat::kTable:
        Print(SourceTable(answer.sources()));
        break;
      case OutputFormat::kName:
        Print(Names(answer.sources()));
        break;
      default:
        PrintDocument(SourcesJson(answer));
    }
    return worst_;
  }

 private:
  void GetOne(const GetCommand& command) {
    v1::Task task;
    if (!Check(command.names.front(), client_.GetTask(command, task))) return;
    worst_ = Worse(worst_, ExitCodeOf(task));
    PrintTask(task);
  }

  void GetSeveral(const GetCommand& command) {
    v1::BatchGetTasksResponse answer;
    const google::rpc::Status status = client_.BatchGetTasks(command, answer);
    for (const v1::Task& task : answer.tasks()) worst_ = Worse(worst_, ExitCodeOf(task));
    PrintTasks(answer.tasks(), [&] { return BatchJson(answer); });
    for (const v1::BatchGetTasksFailure& failure : answer.failures()) Check(failure.name(), failure.status());
    Check("", status);
  }

  Terminal FollowingTerminal() const {
    return {.out = surroundings_.out,
            .err = surroundings_.err,
            .surface = surroundings_.surface,
            .now = surroundings_.now,
            .interrupted = surroundings_.catch_interrupts(),
            .server = settings_.server};
  }

  // A task takes as long as it takes.
  absl::Time EndOfFollowing() const {
    return settings_.timeout ? surroundings_.now() + *settings_.timeout : absl::InfiniteFuture();
  }

  void PrintTask(const v1::Task& task) {
    switch (output_) {
      case OutputFormat::kTable:
        return Print(TaskCard(task, surroundings_.now(), surroundings_.surface));
      case OutputFormat::kName:
        return Print(VisibleLine(task.name()) + "\n");
      default:
        return PrintDocument(TaskJson(task));
    }
  }

  template <typename Json>
  void PrintTasks(const google::protobuf::RepeatedPtrField<v1::Task>& tasks, Json json) {
    switch (output_) {
      case OutputFormat::kTable:
        return Print(TaskTable(tasks, surroundings_.now(), surroundings_.surface));
      case OutputFormat::kName:
        return Print(Names(tasks));
      default:
        return PrintDocument(json());
    }
  }

  // Whether `status` is OK; tells of it if not.
  bool Check(const std::string& subject, const google::rpc::Status& status) {
    if (status.code() == 0) return true;
    surroundings_.err << CallErrorText(subject, status, settings_.server);
    worst_ = Worse(worst_, ExitCodeOf(status));
    return false;
  }

  void PrintDocument(const absl::StatusOr<std::string>& json) {
    if (json.ok()) {
      Print(output_ == OutputFormat::kYaml ? YamlFromJson(*json) : *json);
    } else {
      surroundings_.err << "error: " << VisibleLine(std::string(json.status().message())) << "\n";
      worst_ = Worse(worst_, ExitCode::kUnreachable);
    }
  }

  void Print(const std::string& text) { surroundings_.out << text; }

  GatewayClient client_;
  const OutputFormat output_;
  const Settings& settings_;
  const Surroundings& surroundings_;
  ExitCode worst_ = ExitCode::kSucceeded;
};

}  // namespace

int Run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  const std::variant<CommandLine, int> parsed = ParseCommandLine(arguments, surroundings.out, surroundings.err);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& line = std::get<CommandLine>(parsed);

  const auto refuse = [&](const absl::Status& status) {
    surroundings.err << "error: " << VisibleLine(std::string(status.message())) << "\n";
    return static_cast<int>(ExitCode::kUsage);
  };
  const absl::StatusOr<Settings> settings = LoadSettings(line.settings, line.config_path, surroundings.environment);
  if (!settings.ok()) return refuse(settings.status());
  absl::StatusOr<GatewayClient> client = GatewayClient::Create(*settings);
  if (!client.ok()) return refuse(client.status());
  return static_cast<int>(std::visit(Session(*std::move(client), line.output, *settings, surroundings), line.command));
}

}  // namespace taskgateway::taskctl

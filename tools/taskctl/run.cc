#include "tools/taskctl/run.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tools/taskctl/call_error.h"
#include "tools/taskctl/command_line.h"
#include "tools/taskctl/documents.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/gateway_client.h"
#include "tools/taskctl/tables.h"
#include "tools/taskctl/task_card.h"
#include "tools/taskctl/text.h"

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
      : client_(std::move(client)), output_(output), server_(settings.server), surroundings_(surroundings) {}

  ExitCode operator()(const GetCommand& command) {
    if (command.names.size() == 1) {
      GetOne(command);
    } else {
      GetSeveral(command);
    }
    return worst_;
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
    v1::BatchGetTasksResponse one;
    v1::Task& task = *one.add_tasks();
    if (!Check(command.names.front(), client_.GetTask(command, task))) return;
    worst_ = Worse(worst_, ExitCodeOf(task));
    switch (output_) {
      case OutputFormat::kTable:
        Print(TaskCard(task, surroundings_.now(), surroundings_.surface));
        break;
      case OutputFormat::kName:
        Print(Names(one.tasks()));
        break;
      default:
        PrintDocument(TaskJson(task));
    }
  }

  void GetSeveral(const GetCommand& command) {
    v1::BatchGetTasksResponse answer;
    const google::rpc::Status status = client_.BatchGetTasks(command, answer);
    for (const v1::Task& task : answer.tasks()) worst_ = Worse(worst_, ExitCodeOf(task));
    switch (output_) {
      case OutputFormat::kTable:
        Print(TaskTable(answer.tasks(), surroundings_.now(), surroundings_.surface));
        break;
      case OutputFormat::kName:
        Print(Names(answer.tasks()));
        break;
      default:
        PrintDocument(BatchJson(answer));
    }
    for (const v1::BatchGetTasksFailure& failure : answer.failures()) Check(failure.name(), failure.status());
    Check("", status);
  }

  // Whether `status` is OK; tells of it if not.
  bool Check(const std::string& subject, const google::rpc::Status& status) {
    if (status.code() == 0) return true;
    surroundings_.err << CallErrorText(subject, status, server_);
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
  const std::string server_;
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

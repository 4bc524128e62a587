#include "tools/taskctl/command_line.h"

#include <algorithm>
#include <map>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/task_name.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

constexpr const char* kDescription = "Reads, follows and cancels the tasks of a taskgateway.";

constexpr const char* kFooter = R"(Examples:
  taskctl sources
  taskctl get cloud-control/task-1                   one task, for people
  taskctl get sources/cloud-control/tasks/task-1     the same, by its full name
  taskctl get task-1                                 look in every source
  taskctl get cloud-control/task-1 sc/task-2         several: a table
  taskctl get sc/task-2 --view full                  with the end of its logs
  taskctl get task-1 --max-staleness 0 -o json       read anew, for programs
  taskctl wait cloud-control/task-1 && echo done     until it has ended; its outcome is the exit code
  taskctl wait sources/sc/provisionedProducts/pp-1/tasks/latest --created-after 2026-01-02T15:04:05Z
  taskctl watch cloud-control/task-1 sc/task-2       until all have ended
  taskctl logs -f sc/task-2                          what it writes, until it has ended
  taskctl list sc pp-1                               the tasks of a provisioned product, newest first
  taskctl cancel cloud-control/task-1

Each connection option is also an environment variable (--ca-file: TASKCTL_CA_FILE) and a key of the
configuration file (ca_file), by default ~/.config/taskctl/config.yaml. A flag goes before the environment,
and that before the file.

Exit codes; with several names the greatest counts:
  0 succeeded, or not done yet   1 a task failed       2 a task was cancelled   3 timed out
  4 no usable answer             5 not found           6 denied                64 usage
  130 Ctrl-C: it ends wait, watch and logs, never a task)";

constexpr const char* kGetDescription =
    "Get tasks. One name: a card, what went wrong first; several: a table.\n"
    "NAME is SOURCE/TASK, TASK (looks in every source) or a full resource name.";

constexpr const char* kWaitDescription =
    "Wait for the end of a task, over cut connections and passing trouble; a gateway may be gone for a minute.\n"
    "What happens meanwhile goes to standard error, the task to standard output.\n"
    "NAME as in get, or sources/SOURCE/provisionedProducts/ID/tasks/latest.";

constexpr const char* kWatchDescription =
    "Watch tasks until all have ended: a live table on a terminal, else a line for each change. NAME as in wait.";

constexpr const char* kLogsDescription =
    "Print the log of a task, and with -f what is added until it has ended. Goes on over cut connections; no line "
    "comes\n"
    "twice. NAME as in get.";

constexpr int kMaxWatched = 100;

const std::map<std::string, OutputFormat>& OutputFormats() {
  static const auto& formats = *new std::map<std::string, OutputFormat>{{"table", OutputFormat::kTable},
                                                                        {"json", OutputFormat::kJson},
                                                                        {"yaml", OutputFormat::kYaml},
                                                                        {"name", OutputFormat::kName}};
  return formats;
}

const std::map<std::string, v1::TaskView>& Views() {
  static const auto& views = *new std::map<std::string, v1::TaskView>{
      {"basic", v1::TASK_VIEW_BASIC}, {"full", v1::TASK_VIEW_FULL}, {"raw", v1::TASK_VIEW_RAW}};
  return views;
}

// Refuses what is not a duration of 0 or more. A bare 0 needs no unit.
absl::Duration ParseStaleness(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration) || duration < absl::ZeroDuration() ||
      duration == absl::InfiniteDuration()) {
    throw CLI::ValidationError("--max-staleness",
                               absl::StrCat("'", text, "' is not a duration of 0 or more; write 0, 500ms or 10s"));
  }
  return duration;
}

absl::Time ParseTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    throw CLI::ValidationError("--created-after",
                               absl::StrCat("'", text, "' is not a time; write 2026-01-02T15:04:05Z"));
  }
  return time;
}

// `sources/SOURCE` of SOURCE.
std::string FullSourceName(const std::string& name) {
  return name.rfind("sources/", 0) == 0 ? name : absl::StrCat("sources/", name);
}

class Help final : public CLI::Formatter {
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    // How CLI11 notes what a negative flag means.
    return absl::StrReplaceAll(CLI::Formatter::make_option_name(option, is_positional), {{"{false}", ""}});
  }
};

// The parsed texts, before they are understood.
struct Typed {
  std::vector<std::string> names;
  std::string output = "table";
  std::string view = "basic";
  std::string max_staleness;
  std::string created_after;
  std::string source;
  std::string product;
  std::string service;
  int limit = ListCommand().limit;
  std::string config_path;
  std::map<std::string, std::string> settings;
  LogsCommand logs;
};

void AddConnectionOptions(CLI::App& app, Typed& typed) {
  app.add_option("--config", typed.config_path, "Configuration file (default ~/.config/taskctl/config.yaml)")
      ->type_name("FILE")
      ->group("Connection");
  for (const SettingDescription& setting : kSettings) {
    const std::string key(setting.key);
    const std::string text(setting.text);
    if (key == "tls") {
      app.add_flag("--tls,!--no-tls", typed.settings[key], text)->group("Connection");
    } else {
      app.add_option(FlagOf(key), typed.settings[key], text)
          ->type_name(std::string(setting.value_name))
          ->group("Connection");
    }
  }
}

void AddOutputOption(CLI::App& command, Typed& typed) {
  command.add_option("-o,--output", typed.output, "How to print (default table)")
      ->check(CLI::IsMember(OutputFormats()))
      ->type_name("");
}

void AddFollowingCommands(CLI::App& app, Typed& typed) {
  CLI::App* wait = app.add_subcommand("wait", kWaitDescription);
  wait->add_option("NAME", typed.names, "Task to wait for")->required()->expected(1)->type_name("");
  AddOutputOption(*wait, typed);
  CLI::App* watch = app.add_subcommand("watch", kWatchDescription);
  watch->add_option("NAME", typed.names, "Tasks to watch")->required()->expected(1, kMaxWatched)->type_name("");
  CLI::App* logs = app.add_subcommand("logs", kLogsDescription);
  logs->add_option("NAME", typed.names, "Task whose log to print")->required()->expected(1)->type_name("");
  logs->add_flag("-f,--follow", typed.logs.follow, "Stay until the task has ended");
  logs->add_option("--tail", typed.logs.tail_bytes, "Begin so many bytes before the end, such as 4096 or 64KiB")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
      ->option_text("SIZE");
  logs->add_option("--command", typed.logs.command, "Only what this command wrote, such as apply")->type_name("WORD");
  logs->add_option("--stream", typed.logs.stream, "Only this stream")
      ->check(CLI::IsMember({"stdout", "stderr"}))
      ->option_text("stdout|stderr");
  for (CLI::App* command : {wait, watch}) {
    command
        ->add_option("--created-after", typed.created_after,
                     "For tasks/latest: tasks that were created before do not count")
        ->type_name("TIME");
  }
}

CommandLine Understand(const CLI::App& app, const Typed& typed) {
  CommandLine line;
  line.output = OutputFormats().at(typed.output);
  if (app.count("--config") > 0) line.config_path = typed.config_path;
  for (const SettingDescription& setting : kSettings) {
    if (app.count(FlagOf(setting.key)) > 0)
      line.settings.emplace(setting.key, typed.settings.at(std::string(setting.key)));
  }
  if (app.got_subcommand("sources")) {
    line.command = SourcesCommand();
    return line;
  }
  if (app.got_subcommand("health")) {
    line.command = HealthCommand{typed.service};
    return line;
  }
  if (app.got_subcommand("list")) {
    line.command = ListCommand{FullSourceName(typed.source), typed.product, typed.limit};
    return line;
  }
  std::vector<std::string> names;
  std::transform(typed.names.begin(), typed.names.end(), std::back_inserter(names), FullTaskName);
  std::optional<absl::Time> created_after;
  if (!typed.created_after.empty()) created_after = ParseTime(typed.created_after);
  if (app.got_subcommand("wait")) {
    line.command = WaitCommand{names.front(), created_after};
    return line;
  }
  if (app.got_subcommand("watch")) {
    line.command = WatchCommand{std::move(names), created_after};
    return line;
  }
  if (app.got_subcommand("logs")) {
    LogsCommand logs = typed.logs;
    logs.name = names.front();
    line.command = std::move(logs);
    return line;
  }
  if (app.got_subcommand("cancel")) {
    line.command = CancelCommand{names.front()};
    return line;
  }
  GetCommand get;
  get.names = std::move(names);
  get.view = Views().at(typed.view);
  if (!typed.max_staleness.empty()) get.max_staleness = ParseStaleness(typed.max_staleness);
  if (get.view == v1::TASK_VIEW_RAW && get.names.size() > 1)
    throw CLI::ValidationError("--view", "raw takes one NAME at a time");
  line.command = std::move(get);
  return line;
}

}  // namespace

std::variant<CommandLine, int> ParseCommandLine(const std::vector<std::string>& arguments, std::ostream& out,
                                                std::ostream& err) {
  Typed typed;
  CLI::App app(kDescription, "taskctl");
  app.formatter(std::make_shared<Help>());
  app.set_version_flag("--version", "taskctl " TASKGATEWAY_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  AddConnectionOptions(app, typed);

  CLI::App* get = app.add_subcommand("get", kGetDescription);
  get->add_option("NAME", typed.names, "Tasks to get")->required()->type_name("");
  AddOutputOption(*get, typed);
  get->add_option("--view", typed.view,
                  "How much of a task; full adds the end of its logs, raw the upstream's JSON (default basic)")
      ->check(CLI::IsMember(Views()))
      ->type_name("");
  get->add_option("--max-staleness", typed.max_staleness,
                  "Oldest reading to accept; 0 reads anew (default: the gateway's, 1s)")
      ->type_name("DURATION");
  AddFollowingCommands(app, typed);
  CLI::App* list = app.add_subcommand("list", "List the tasks of a provisioned product, newest first.");
  list->add_option("SOURCE", typed.source, "Where it is")->required()->type_name("");
  list->add_option("PRODUCT", typed.product, "Id of the provisioned product")->required()->type_name("");
  list->add_option("--limit", typed.limit, "Most tasks to list (default 100)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("NUMBER");
  AddOutputOption(*list, typed);
  CLI::App* cancel =
      app.add_subcommand("cancel", "Ask for the cancellation of a task and show it. NAME is SOURCE/TASK.");
  cancel->add_option("NAME", typed.names, "Task to cancel")->required()->expected(1)->type_name("");
  AddOutputOption(*cancel, typed);
  AddOutputOption(*app.add_subcommand("sources", "Show the configured sources, what each can do, and its budgets."),
                  typed);
  app.add_subcommand("health", "Ask grpc.health.v1 and print the answer; exit code 0 when it is SERVING, else 4.")
      ->add_option("SERVICE", typed.service, "What to ask about, such as live (default: the whole gateway)")
      ->type_name("");

  for (CLI::App* command : app.get_subcommands({})) {
    command->footer("Connection options, examples and exit codes: taskctl --help");
  }
  app.footer(kFooter);

  try {
    // CLI11 takes the arguments from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return Understand(app, typed);
  } catch (const CLI::ParseError& error) {
    if (const std::vector<std::string> rest = app.remaining(); app.get_subcommands().empty() && !rest.empty()) {
      err << "'" << VisibleLine(rest.front()) << "' is no command or option of taskctl; taskctl --help lists them\n";
      return static_cast<int>(ExitCode::kUsage);
    }
    const int code = app.exit(error, out, err);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
}

}  // namespace taskgateway::taskctl

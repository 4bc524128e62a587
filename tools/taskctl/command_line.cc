#include "tools/taskctl/command_line.h"

#include <algorithm>
#include <map>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/task_name.h"

namespace taskgateway::taskctl {
namespace {

constexpr const char* kDescription = "Reads the tasks of a taskgateway.";

constexpr const char* kFooter = R"(Examples:
  taskctl sources
  taskctl get cloud-control/task-1                   one task, for people
  taskctl get sources/cloud-control/tasks/task-1     the same, by its full name
  taskctl get task-1                                 look in every source
  taskctl get cloud-control/task-1 sc/task-2         several: a table
  taskctl get sc/task-2 --view full                  with the end of its logs
  taskctl get task-1 --max-staleness 0 -o json       read anew, for programs

Each connection option is also an environment variable (--ca-file: TASKCTL_CA_FILE) and a key of the
configuration file (ca_file), by default ~/.config/taskctl/config.yaml. A flag goes before the environment,
and that before the file.

Exit codes; with several names the greatest counts:
  0 succeeded, or not done yet   1 a task failed       2 a task was cancelled   3 timed out
  4 no usable answer             5 not found           6 denied                64 usage)";

constexpr const char* kGetDescription =
    "Get tasks. One name: a card, what went wrong first; several: a table.\n"
    "NAME is SOURCE/TASK, TASK (looks in every source) or a full resource name.";

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

// The parsed texts, before they are understood.
struct Typed {
  std::vector<std::string> names;
  std::string output = "table";
  std::string view = "basic";
  std::string max_staleness;
  std::string config_path;
  std::map<std::string, std::string> settings;
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
  GetCommand get;
  std::transform(typed.names.begin(), typed.names.end(), std::back_inserter(get.names), FullTaskName);
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
  app.footer(kFooter);
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
  AddOutputOption(*app.add_subcommand("sources", "Show the configured sources, what each can do, and its budgets."),
                  typed);

  try {
    // CLI11 takes the arguments from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return Understand(app, typed);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, out, err);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
}

}  // namespace taskgateway::taskctl

// What was typed, understood: `taskctl get …`, `taskctl wait …`.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "taskgateway/v1/task_service.pb.h"
#include "tools/taskctl/settings.h"

namespace taskgateway::taskctl {

enum class OutputFormat { kTable, kJson, kYaml, kName };

struct GetCommand {
  std::vector<std::string> names;  // full resource names, at least one, as FullTaskName() makes them
  v1::TaskView view = v1::TASK_VIEW_BASIC;
  std::optional<absl::Duration> max_staleness;  // absent: the gateway's default
};

struct SourcesCommand {};

struct WaitCommand {
  std::string name;                         // full
  std::optional<absl::Time> created_after;  // of an alias's task
};

struct WatchCommand {
  std::vector<std::string> names;  // full, 1 to 100
  std::optional<absl::Time> created_after;
};

struct LogsCommand {
  std::string name;  // full
  bool follow = false;
  std::int64_t tail_bytes = 0;  // 0: from the start
  std::string command;          // empty: all
  std::string stream;           // empty: both
};

struct ListCommand {
  std::string parent;  // `sources/{source}`
  std::string provisioned_product_id;
  int limit = 100;  // most tasks, above 0
};

struct CancelCommand {
  std::string name;  // full
};

struct HealthCommand {
  std::string service;  // as grpc.health.v1 names it; empty: the whole gateway
};

struct CommandLine {
  std::variant<GetCommand, SourcesCommand, HealthCommand, WaitCommand, WatchCommand, LogsCommand, ListCommand,
               CancelCommand>
      command;
  OutputFormat output = OutputFormat::kTable;
  SettingTexts settings;                   // from flags
  std::optional<std::string> config_path;  // --config
};

// The command line, or the exit code of a program that has nothing more to do: 0 after --help and --version (on `out`),
// 64 after a mistake (told on `err`). `arguments` are without the program's name.
std::variant<CommandLine, int> ParseCommandLine(const std::vector<std::string>& arguments, std::ostream& out,
                                                std::ostream& err);

}  // namespace taskgateway::taskctl

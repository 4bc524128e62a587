// taskgateway: the gateway's process, from the command line to the last signal.
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gateway/base/clock.h"
#include "gateway/base/file_sink.h"
#include "gateway/base/log.h"
#include "gateway/server/config.h"
#include "gateway/server/config_reference.h"
#include "gateway/server/drain.h"
#include "gateway/server/grpc_log.h"
#include "gateway/server/metric_catalogue.h"
#include "gateway/server/ports_file.h"
#include "gateway/server/server.h"

namespace taskgateway::server {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitUnavailable = 1;    // this machine does not let us serve
constexpr int kExitConfiguration = 2;  // the command line, the file, or the keys in the environment

// How long calls under way may go on at the end, and when somebody is in a hurry.
constexpr absl::Duration kShutdownGrace = absl::Seconds(8);
constexpr absl::Duration kHurriedGrace = absl::Seconds(1);

// Every caller, every transfer and every file is a descriptor, and the usual limit of 1,024 is far below what the
// gateway carries. The limit that there is then; 0: unknown.
rlim_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

// A thread that is woken does not push aside the one that wakes it. Loop and gRPC's threads wake each other twice a
// call, while they hold locks that the other needs at once; so each call cost several changes of context, and works in
// cold caches. Threads inherit it. Where the kernel does not allow it the gateway goes on, at the price that
// tests/bench/README.md tells.
void LetThreadsFinish() {
  const sched_param parameter{};
  sched_setscheduler(0, SCHED_BATCH, &parameter);
}

// From now on a signal of `stop_signals` ends the process at once, as if it had stopped by itself.
void EndAtNextSignal(const sigset_t& stop_signals) {
  for (const int number : {SIGTERM, SIGINT}) signal(number, [](int) { _exit(kExitOk); });
  pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
}

struct CommandLine {
  std::string config;
  std::string listen;
  std::string ports_file;
  bool check_config = false;
  bool print_config_reference = false;
  bool print_metrics_reference = false;
};

std::string Count(int number, const char* noun) { return absl::StrCat(number, " ", noun, number == 1 ? "" : "s"); }

int Fail(const absl::Status& status) {
  std::cerr << status.message() << std::endl;
  return status.code() == absl::StatusCode::kUnavailable ? kExitUnavailable : kExitConfiguration;
}

// Serves until a signal of `stop_signals` comes, which are blocked in every thread.
int Serve(config::v1::Config config, const std::string& ports_file, const sigset_t& stop_signals) {
  LetThreadsFinish();
  base::SystemClock clock;
  base::FileSink sink(STDERR_FILENO);
  base::Log log(clock, sink);
  log.SetLevel(base::ParseSeverity(config.log().level()).value_or(base::Severity::kInfo));
  const GrpcLog grpc_log(log);
  const rlim_t descriptors = RaiseDescriptorLimit();

  const std::string address = config.listen().address();
  const int sources = config.sources_size();
  const config::v1::Drain drain = config.drain();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(config), log);
  if (!server.ok()) return Fail(server.status());
  if (!ports_file.empty()) {
    if (absl::Status written = WritePortsFile(ports_file, (*server)->ports()); !written.ok()) return Fail(written);
  }
  log.Info("started")
      .Add("version", TASKGATEWAY_VERSION)
      .Add("address", address)
      .Add("grpc_port", (*server)->grpc_port())
      .Add("sources", sources)
      .Add("max_open_files", descriptors);

  int signal = 0;
  sigwait(&stop_signals, &signal);
  log.Info("signal").Add("name", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  const bool hurry = signal != SIGTERM || DrainUntilIdle(**server, drain, stop_signals, log);
  const absl::Duration grace = hurry ? kHurriedGrace : kShutdownGrace;
  log.Info("stopping").Add("grace", grace);
  EndAtNextSignal(stop_signals);
  (*server)->Shutdown(grace);
  log.Info("stopped");
  return kExitOk;
}

int Run(const CommandLine& command_line, const sigset_t& stop_signals) {
  if (command_line.print_config_reference) {
    std::cout << ConfigReference();
    return kExitOk;
  }
  if (command_line.print_metrics_reference) {
    std::cout << MetricsReference();
    return kExitOk;
  }
  absl::StatusOr<config::v1::Config> config = LoadConfig(command_line.config);
  if (!config.ok()) return Fail(config.status());
  if (!command_line.listen.empty()) {
    if (absl::Status listen = OverrideListenAddress(command_line.listen, &*config); !listen.ok()) return Fail(listen);
  }
  if (command_line.check_config) {
    std::cout << command_line.config << " is valid: " << Count(config->accounts_size(), "account") << ", "
              << Count(config->sources_size(), "source") << ", to listen on " << config->listen().address()
              << std::endl;
    return kExitOk;
  }
  return Serve(*std::move(config), command_line.ports_file, stop_signals);
}

}  // namespace
}  // namespace taskgateway::server

int main(int argc, char** argv) {
  // Debian's Abseil has the deadlock detection on; it costs time, and aborts on lock orders of gRPC's own that cannot
  // deadlock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // A caller that hangs up is an error of a write, not the end of the process.
  signal(SIGPIPE, SIG_IGN);
  // Before any thread starts: all of them inherit it, and the signals wait for sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  taskgateway::server::CommandLine command_line;
  CLI::App app("Reads asynchronous tasks of Alibaba Cloud APIs for gRPC callers.", "taskgateway");
  app.set_version_flag("--version", "taskgateway " TASKGATEWAY_VERSION);
  CLI::Option* config = app.add_option("--config", command_line.config, "The configuration, a YAML file");
  app.add_flag("--check-config", command_line.check_config, "Check the configuration and leave: 0 valid, 2 not");
  app.add_option("--listen", command_line.listen, "Serve at this host:port rather than the configuration's");
  app.add_option("--ports-file", command_line.ports_file,
                 "Write the ports that were taken to this file, as {\"grpc\": 8980}, when serving");
  CLI::Option* reference = app.add_flag("--print-config-reference", command_line.print_config_reference,
                                        "Print every field of the configuration as a Markdown table and leave");
  CLI::Option* metrics = app.add_flag("--print-metrics-reference", command_line.print_metrics_reference,
                                      "Print every metric of the admin port as a Markdown table and leave");
  try {
    app.parse(argc, argv);
    if (config->empty() && reference->empty() && metrics->empty()) throw CLI::RequiredError("--config");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return taskgateway::server::Run(command_line, stop_signals);
}

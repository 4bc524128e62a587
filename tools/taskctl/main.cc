// taskctl: the tasks of a taskgateway on the command line.
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tools/taskctl/exit_code.h"
#include "tools/taskctl/run.h"

namespace {

std::optional<std::string> Variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

taskgateway::taskctl::Surface StandardOutput() {
  taskgateway::taskctl::Surface surface;
  if (isatty(STDOUT_FILENO) == 0) return surface;
  const bool dumb = Variable("TERM").value_or("dumb") == "dumb";
  // no-color.org: any value but the empty one counts.
  surface.colours = Variable("NO_COLOR").value_or("").empty() && !dumb;
  surface.live = isatty(STDERR_FILENO) != 0 && !dumb;
  winsize size = {};
  surface.columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  return surface;
}

volatile std::sig_atomic_t interrupted = 0;

std::function<bool()> CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = 1; };
  // The second Ctrl-C ends a program that does not hear the first.
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  return [] { return interrupted != 0; };
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // What gRPC would print is in the status that is printed anyway.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  const int code = taskgateway::taskctl::Run(
      {argv + 1, argv + argc},
      {std::cout, std::cerr, Variable, [] { return absl::Now(); }, StandardOutput(), CatchInterrupts});
  std::cout.flush();
  if (std::cout.good()) return code;
  std::cerr << "error: cannot write to standard output\n";
  return std::max(code, static_cast<int>(taskgateway::taskctl::ExitCode::kUnreachable));
}

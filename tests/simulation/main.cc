// simulation: runs seeds of the deterministic simulation.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "absl/synchronization/mutex.h"
#include "tests/simulation/simulation.h"

namespace taskgateway::simulation {
namespace {

constexpr int kExitUsage = 64;
// One in so many seeds is run twice.
constexpr std::uint64_t kTwice = 20;

struct Flags {
  std::uint64_t seeds = 1000;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> seed;
  std::string fault;
  bool lists_faults = false;
};

void ListFaults() {
  for (const PlantedBug& bug : kPlantedBugs) {
    std::cout << bug.name << ": " << bug.what << " (breaks " << NameOf(bug.breaks) << ")\n";
  }
}

bool Report(const RunResult& result) {
  for (const Violation& violation : result.violations) std::cout << violation.message << "\n";
  return result.violations.empty();
}

int PrintTrace(std::uint64_t seed, Fault fault) {
  const RunResult result = Simulate({.seed = seed, .fault = fault, .keeps_trace = true});
  std::cout << result.trace << "trace " << result.hash << "\n";
  return Report(result) ? 0 : 1;
}

int RunSeeds(const Flags& flags, Fault fault) {
  std::uint64_t failed = 0;
  std::size_t requests = 0;
  std::size_t calls = 0;
  for (std::uint64_t i = 0; i < flags.seeds; ++i) {
    const RunOptions options{.seed = flags.first + i, .fault = fault};
    const RunResult result = i % kTwice == 0 ? SimulateTwice(options) : Simulate(options);
    if (!Report(result)) ++failed;
    requests += result.requests;
    calls += result.calls;
  }
  std::cout << flags.seeds << " seeds, " << calls << " calls, " << requests << " requests to the clouds, " << failed
            << " seeds failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace taskgateway::simulation

int main(int argc, char** argv) {
  using namespace taskgateway::simulation;
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("Lives through random tasks, clouds and callers on virtual time, and checks what must hold.",
               "simulation");
  Flags flags;
  app.add_option("--seeds", flags.seeds, "How many seeds to run")->capture_default_str();
  app.add_option("--first", flags.first, "The first seed")->capture_default_str();
  app.add_option("--seed", flags.seed, "Run this seed alone and print its trace");
  app.add_option("--fault", flags.fault, "Plant this bug into the doubles");
  app.add_flag("--list-faults", flags.lists_faults, "List the bugs that can be planted, and what catches each");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  if (flags.lists_faults) {
    ListFaults();
    return 0;
  }
  const std::optional<Fault> fault = flags.fault.empty() ? Fault::kNone : FaultNamed(flags.fault);
  if (!fault) {
    std::cerr << "simulation: no fault is called " << flags.fault << "; --list-faults names them\n";
    return kExitUsage;
  }
  return flags.seed ? PrintTrace(*flags.seed, *fault) : RunSeeds(flags, *fault);
}

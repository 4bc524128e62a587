// CPU time per uncached GetTask of the gateway, against what a bare gRPC echo and a bare libcurl GET take together.
// tests/bench/README.md tells the method.
#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <iostream>
#include <random>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "tests/bench/fleet.h"
#include "tests/bench/ratio.h"

namespace taskgateway::bench {
namespace {

constexpr std::size_t kOutstanding = 64;
constexpr absl::Duration kWindow = absl::Milliseconds(400);
constexpr std::size_t kRounds = 40;       // quiet ones to be had
constexpr std::size_t kMostRounds = 100;  // on a machine that is not quiet: 4 minutes
constexpr std::size_t kLeastRounds = 30;  // fewer quiet ones say nothing
constexpr double kForeignCores = 0.15;    // more of it in a window, and its round is not quiet
constexpr Goal kGoal{.hold = 1.35, .aim = 1.20};

// A round has a window of each; both bare sides twice, to be measured against themselves.
enum Place { kGateway, kEcho, kGet, kEchoAgain, kGetAgain, kPlaces };
constexpr std::array<Side, kPlaces> kSides = {Side::kGateway, Side::kEcho, Side::kGet, Side::kEcho, Side::kGet};
using Round = std::array<Window, kPlaces>;

bool IsQuiet(const Round& round) {
  return std::all_of(round.begin(), round.end(),
                     [](const Window& window) { return window.foreign_cores <= kForeignCores; });
}

Round MeasureRound(Fleet& fleet, std::mt19937_64& random) {
  std::array<std::size_t, kPlaces> order = {kGateway, kEcho, kGet, kEchoAgain, kGetAgain};
  std::shuffle(order.begin(), order.end(), random);
  Round round;
  for (const std::size_t place : order) round[place] = fleet.Measure(kSides[place], kWindow);
  return round;
}

Quartiles Over(const std::vector<Round>& rounds, const std::function<double(const Round&)>& number) {
  std::vector<double> numbers;
  for (const Round& round : rounds) numbers.push_back(number(round));
  return QuartilesOf(std::move(numbers));
}

void PrintSide(const char* name, const std::vector<Round>& rounds, Place place) {
  const Quartiles cpu = Over(rounds, [&](const Round& round) { return round[place].cpu_us; });
  const Quartiles rate = Over(rounds, [&](const Round& round) { return round[place].calls_per_second; });
  std::cout << absl::StreamFormat("| %s | %.1f us | [%.1f..%.1f] | %.0f |\n", name, cpu.median, cpu.q1, cpu.q3,
                                  rate.median);
}

void Print(const std::vector<Round>& rounds, std::size_t quiet, std::size_t measured) {
  std::cout << absl::StreamFormat(
      "%d calls outstanding, windows of %s; %d of %d rounds were quiet (at most %.2f core used by others)\n\n",
      kOutstanding, absl::FormatDuration(kWindow), quiet, measured, kForeignCores);
  std::cout << "| process | CPU time per call | quartiles | calls/s |\n|---|---|---|---|\n";
  PrintSide("taskgateway: uncached GetTask", rounds, kGateway);
  PrintSide("bare gRPC raw echo", rounds, kEcho);
  PrintSide("bare libcurl multi GET", rounds, kGet);

  const auto bare = [](const Round& round) { return round[kEcho].cpu_us + round[kGet].cpu_us; };
  const Quartiles ratio = Over(rounds, [&](const Round& round) { return round[kGateway].cpu_us / bare(round); });
  const double a_a = Over(rounds, [&](const Round& round) {
                       return (round[kEchoAgain].cpu_us + round[kGetAgain].cpu_us) / bare(round);
                     }).median;
  const bool enough = quiet >= kLeastRounds;
  std::cout << absl::StreamFormat(
      "\ngateway / (echo + GET): **%.2f** [%.2f..%.2f], goal <= %.2f (aim %.2f), A/A %.3f: %s\n", ratio.median,
      ratio.q1, ratio.q3, kGoal.hold, kGoal.aim, a_a,
      enough ? std::string(VerdictOn(ratio.median, a_a, kGoal)) : "no verdict, the machine was not quiet");

  const Quartiles simulator = Over(rounds, [](const Round& round) { return round[kGet].simulator_us; });
  std::cout << absl::StreamFormat("tasksim: %.0f signed requests per second of one core [%.0f..%.0f], goal >= 20000\n",
                                  1e6 / simulator.median, 1e6 / simulator.q3, 1e6 / simulator.q1);
}

void Run() {
  Fleet fleet(kOutstanding);
  std::mt19937_64 random(1);
  MeasureRound(fleet, random);  // connections, caches, arenas
  std::vector<Round> all;
  std::vector<Round> quiet;
  while (quiet.size() < kRounds && all.size() < kMostRounds) {
    all.push_back(MeasureRound(fleet, random));
    if (IsQuiet(all.back())) quiet.push_back(all.back());
  }
  const bool enough = quiet.size() >= kLeastRounds;
  Print(enough ? quiet : all, quiet.size(), all.size());
}

}  // namespace
}  // namespace taskgateway::bench

int main() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // A child that ends is found out when it is asked.
  std::signal(SIGPIPE, SIG_IGN);
  taskgateway::bench::Run();
}

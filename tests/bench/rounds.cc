#include "tests/bench/rounds.h"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <numeric>
#include <random>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"

namespace taskgateway::bench {
namespace {

constexpr absl::Duration kWindow = absl::Milliseconds(400);
constexpr std::size_t kRounds = 100;      // quiet ones to be had
constexpr std::size_t kMostRounds = 200;  // on a machine that is not quiet: a quarter of an hour
constexpr std::size_t kLeastRounds = 60;  // fewer quiet ones say nothing
constexpr double kForeignCores = 0.15;    // more of it in a window, and its round is not quiet

bool IsQuiet(const Round& round) {
  return std::all_of(round.begin(), round.end(),
                     [](const Window& window) { return window.foreign_cores <= kForeignCores; });
}

Round MeasureRound(Fleet& fleet, const std::vector<Side>& sides, std::mt19937_64& random) {
  std::vector<std::size_t> order(sides.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  Round round(sides.size());
  for (const std::size_t place : order) round[place] = fleet.Measure(sides[place], kWindow);
  return round;
}

}  // namespace

bool Rounds::noisy() const { return quiet < kLeastRounds; }

Quartiles Rounds::Over(const std::function<double(const Round&)>& number) const {
  std::vector<double> numbers;
  for (const Round& round : rounds) numbers.push_back(number(round));
  return QuartilesOf(std::move(numbers));
}

Rounds MeasureRounds(Fleet& fleet, const std::vector<Side>& sides) {
  std::mt19937_64 random(1);
  MeasureRound(fleet, sides, random);  // connections, caches, arenas
  std::vector<Round> all;
  std::vector<Round> quiet;
  while (quiet.size() < kRounds && all.size() < kMostRounds) {
    all.push_back(MeasureRound(fleet, sides, random));
    if (IsQuiet(all.back())) quiet.push_back(all.back());
  }
  Rounds measured{.rounds = {}, .quiet = quiet.size(), .measured = all.size()};
  measured.rounds = measured.noisy() ? std::move(all) : std::move(quiet);
  return measured;
}

void PrintMethod(const Rounds& rounds) {
  std::cout << absl::StreamFormat(
      "%d calls outstanding, windows of %s; %d of %d rounds were quiet (at most %.2f core used by others)\n\n",
      kOutstanding, absl::FormatDuration(kWindow), rounds.quiet, rounds.measured, kForeignCores);
}

void PrintRatio(std::string_view name, const Rounds& rounds, const Quartiles& ratio, double a_a, const Goal& goal) {
  const std::string wanted =
      absl::StrFormat("goal %s %.2f (aim %.2f)", goal.at_least ? ">=" : "<=", goal.hold, goal.aim);
  std::cout << absl::StreamFormat(
      "%s: **%.2f** [%.2f..%.2f], %s, A/A %.3f: %s\n", std::string(name), ratio.median, ratio.q1, ratio.q3, wanted, a_a,
      rounds.noisy() ? "no verdict, the machine was not quiet" : std::string(VerdictOn(ratio.median, a_a, goal)));
}

void PrepareProcess() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // A child that ends is found out when it is asked.
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace taskgateway::bench

// Rounds of windows, one of each side, in random order: what a load test compares.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/fleet.h"
#include "tests/bench/ratio.h"

namespace taskgateway::bench {

// Calls that are outstanding at a time.
inline constexpr std::size_t kOutstanding = 64;

// A window of each side that is compared, in the order of the sides.
using Round = std::vector<Window>;

// What was measured.
struct Rounds {
  std::vector<Round> rounds;  // the quiet ones, or all when too few were
  std::size_t quiet = 0;
  std::size_t measured = 0;

  // Too many windows had something else running for a verdict.
  bool noisy() const;
  // The middle of a number of each round.
  Quartiles Over(const std::function<double(const Round&)>& number) const;
};

// Measures until 100 rounds were quiet, at most 200.
Rounds MeasureRounds(Fleet& fleet, const std::vector<Side>& sides);

// Says how it was measured.
void PrintMethod(const Rounds& rounds);

// `name: **figure** [q1..q3], goal, A/A: verdict`.
void PrintRatio(std::string_view name, const Rounds& rounds, const Quartiles& ratio, double a_a, const Goal& goal);

// What every load test does first.
void PrepareProcess();

}  // namespace taskgateway::bench

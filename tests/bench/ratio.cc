#include "tests/bench/ratio.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace taskgateway::bench {
namespace {

constexpr double kSteady = 0.03;

// The number below which `share` of the sorted numbers lie, between two of them in proportion.
double At(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

Quartiles QuartilesOf(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return {.q1 = At(numbers, 0.25), .median = At(numbers, 0.5), .q3 = At(numbers, 0.75)};
}

std::string_view VerdictOn(double figure, double a_a, const Goal& goal) {
  if (std::abs(a_a - 1) > kSteady) return "no verdict";
  const auto meets = [&](double bound) { return goal.at_least ? figure >= bound : figure <= bound; };
  if (!meets(goal.hold)) return "misses";
  return goal.aim > 0 && meets(goal.aim) ? "aim met" : "holds";
}

}  // namespace taskgateway::bench

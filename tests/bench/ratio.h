// What a set of paired windows says: a ratio, how sure it is, and how that compares with what it should be.
#pragma once

#include <string_view>
#include <vector>

namespace taskgateway::bench {

// The middle of a set of numbers, and of its two halves.
struct Quartiles {
  double q1 = 0;
  double median = 0;
  double q3 = 0;
};

// `numbers` is not empty.
Quartiles QuartilesOf(std::vector<double> numbers);

// What a figure should be at most.
struct Goal {
  double hold = 0;        // must
  double aim = 0;         // should; 0: no more than must
  bool at_least = false;  // at least instead of at most
};

// `aim met`, `holds` or `misses`; `no verdict` when the same thing measured against itself, `a_a`, is outside
// 0.97..1.03: then differences of this size are noise.
std::string_view VerdictOn(double figure, double a_a, const Goal& goal);

}  // namespace taskgateway::bench

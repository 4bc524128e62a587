// Benchmarks that compare: short windows of both sides alternate in random order within one run, so that whatever the
// machine does to one side it does to the other.
#pragma once

#include <functional>

#include "benchmark/benchmark.h"
#include "tests/bench/ratio.h"

namespace taskgateway::bench {

// Does one operation.
using Side = std::function<void()>;

// Measures `ours` against `bare`, and `ours` against itself in the same way. Sets the counters
//   ours, bare             microseconds of CPU per operation, medians
//   figure, q1, q3         ours / bare: median and quartiles of the paired windows
//   a_a                    ours / ours again: median of the paired windows
//   hold, aim              the goal
// and the verdict as the label.
void Compare(benchmark::State& state, const Goal& goal, const Side& ours, const Side& bare);

// Measures `ours` alone; figure, q1, q3 and the goal are microseconds. Without a goal (0) there is no verdict.
void Measure(benchmark::State& state, const Goal& goal, const Side& ours);

}  // namespace taskgateway::bench

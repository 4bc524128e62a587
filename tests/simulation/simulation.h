// The deterministic simulation: `tasks` and `upstream` on a virtual clock, between scripted clouds and callers who come
// and go. What happens is chosen by a seed alone, and what must hold whatever happens is invariant.h.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/journal.h"
#include "tests/simulation/world.h"

namespace taskgateway::simulation {

// How a run went.
struct RunResult {
  std::string hash;   // of the trace
  std::string trace;  // when it was kept
  std::vector<Violation> violations;
  std::size_t requests = 0;  // to the clouds
  std::size_t calls = 0;     // of callers
};

RunResult Simulate(const RunOptions& options);

// Runs it twice; traces that differ break one-seed-one-trace.
RunResult SimulateTwice(const RunOptions& options);

}  // namespace taskgateway::simulation

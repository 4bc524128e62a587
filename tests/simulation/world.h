// One run: the clouds, the gateway between, and the books that are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/call_book.h"
#include "tests/simulation/choice.h"
#include "tests/simulation/gateway.h"
#include "tests/simulation/witness.h"

namespace taskgateway::simulation {

// How a run is to be.
struct RunOptions {
  std::uint64_t seed = 1;
  Fault fault = Fault::kNone;
  bool keeps_trace = false;
};

// What callers of the gateway share. Belongs to one thread.
struct World {
  explicit World(const RunOptions& options);

  // Runs `what` at `moment`, since the run began.
  void At(absl::Duration moment, std::function<void()> what) {
    time.loop.Schedule(moment - journal.Elapsed(), std::move(what));
  }
  bool Has(Fault which, double share) { return fault == which && Chance(random, share); }
  // A task by chance, one that is read by all kinds of callers.
  const TaskLife& AnyTask();
  // Any task, the quiet ones too.
  const TaskLife& AnyTaskToFollow() { return upstream.lives()[Pick(random, upstream.lives().size())]; }
  // Where to look for a task: mostly by its full name, else by `sources/-`.
  tasks::FollowTarget TargetOf(const TaskLife& life);

  const Fault fault;
  support::VirtualTime time;
  base::Random random;          // of the clouds and the callers
  base::Random gateway_random;  // of the gateway
  Journal journal;
  KeyRing keys{time.loop, random};
  ScriptedUpstream upstream{time, random, keys, journal, fault};
  const std::vector<Cloud> clouds;
  Gateway gateway;
  Witness witness{journal, upstream};
  CallBook calls{journal};
};

}  // namespace taskgateway::simulation

// Bugs that can be planted into the doubles around the gateway, to see them caught.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "tests/simulation/invariant.h"

namespace taskgateway::simulation {

enum class Fault {
  kNone,
  kAnotherTasksReply,
  kForgetfulCache,
  kStandingClock,
  kLostTerminalEvent,
  kSwappedEvents,
  kGenerousBudget,
  kOverlookedThrottling,
  kSecondReader,
  kSecondPoller,
  kSilentTransport,
  kLostWork,
  kSecondFinalStatus,
  kLostChunk,
  kRepeatedChunk,
  kSpoiltToken,
  kLingeringCaller,
  kUnseededRandomness,
};

// One fault, and the invariant that has to catch it.
struct PlantedBug {
  Fault fault;
  std::string_view name;
  std::string_view what;
  Invariant breaks;
};

inline constexpr std::array<PlantedBug, 17> kPlantedBugs = {{
    {Fault::kAnotherTasksReply, "another-tasks-reply", "the upstream answers with another task now and then",
     Invariant::kAnsweredByUpstream},
    {Fault::kForgetfulCache, "forgetful-cache", "the cache has no room for a single reading",
     Invariant::kDoneStaysDone},
    {Fault::kStandingClock, "standing-clock", "the cache's clock stands still", Invariant::kFreshEnough},
    {Fault::kLostTerminalEvent, "lost-terminal-event", "a watcher loses the events of the end",
     Invariant::kTerminalEvent},
    {Fault::kSwappedEvents, "swapped-events", "a watcher gets two events of a task in the wrong order",
     Invariant::kOrderPerTask},
    {Fault::kGenerousBudget, "generous-budget", "the budgets grant twice what is configured", Invariant::kBudget},
    {Fault::kOverlookedThrottling, "overlooked-throttling", "the adapter takes throttling for a passing error",
     Invariant::kThrottlingHint},
    {Fault::kSecondReader, "second-reader", "some callers read past the one reader", Invariant::kOneFlight},
    {Fault::kSecondPoller, "second-poller", "some followers have a poller of their own", Invariant::kOneSchedule},
    {Fault::kSilentTransport, "silent-transport", "a transfer never ends now and then", Invariant::kOneFinalStatus},
    {Fault::kLostWork, "lost-work", "the executor drops work now and then", Invariant::kOneFinalStatus},
    {Fault::kSecondFinalStatus, "second-final-status", "a reader is told its answer twice now and then",
     Invariant::kOneFinalStatus},
    {Fault::kLostChunk, "lost-chunk", "a reader of a log loses a chunk now and then", Invariant::kEveryLogByteOnce},
    {Fault::kRepeatedChunk, "repeated-chunk", "a reader of a log gets a chunk twice now and then",
     Invariant::kEveryLogByteOnce},
    {Fault::kSpoiltToken, "spoilt-token", "what a resumed log must begin with is forgotten",
     Invariant::kEveryLogByteOnce},
    {Fault::kLingeringCaller, "lingering-caller", "a caller who has gone is never let go", Invariant::kMemoryReturns},
    {Fault::kUnseededRandomness, "unseeded-randomness", "the machine chooses the latencies",
     Invariant::kOneSeedOneTrace},
}};

// Nothing when no fault is called `name`.
inline std::optional<Fault> FaultNamed(std::string_view name) {
  for (const PlantedBug& bug : kPlantedBugs) {
    if (bug.name == name) return bug.fault;
  }
  return std::nullopt;
}

}  // namespace taskgateway::simulation

// What holds in every run.
#pragma once

#include <array>
#include <string_view>

namespace taskgateway::simulation {

enum class Invariant {
  kAnsweredByUpstream,
  kDoneStaysDone,
  kFreshEnough,
  kTerminalEvent,
  kOrderPerTask,
  kBudget,
  kThrottlingHint,
  kOneFlight,
  kOneSchedule,
  kOneFinalStatus,
  kEveryLogByteOnce,
  kMemoryReturns,
  kOneSeedOneTrace,
};

// What an invariant is called, and what it says.
struct Promise {
  Invariant invariant;
  std::string_view name;
  std::string_view says;
};

// In the order of the enumeration.
inline constexpr std::array<Promise, 13> kPromises = {{
    {Invariant::kAnsweredByUpstream, "answered-by-upstream", "no task is shown without an upstream's reply for its id"},
    {Invariant::kDoneStaysDone, "done-stays-done", "once any caller saw a task done, every caller sees it so"},
    {Invariant::kFreshEnough, "fresh-enough", "a reading is as young as its caller wants, and younger than a cancel"},
    {Invariant::kTerminalEvent, "terminal-event", "every watcher and waiter who stays is told the end"},
    {Invariant::kOrderPerTask, "order-per-task", "the events of a task come in the order of its readings"},
    {Invariant::kBudget, "budget", "no source is sent more than its rate and burst"},
    {Invariant::kThrottlingHint, "throttling-hint", "a source that throttles is left alone for as long as it says"},
    {Invariant::kOneFlight, "one-flight", "a task has at most one request under way"},
    {Invariant::kOneSchedule, "one-schedule", "a task is polled on one schedule, however many follow it"},
    {Invariant::kOneFinalStatus, "one-final-status", "every call ends once, in time, unless its caller left before"},
    {Invariant::kEveryLogByteOnce, "every-log-byte-once", "a reader gets each byte of the log once, across cuts"},
    {Invariant::kMemoryReturns, "memory-returns", "when all have gone, nothing is held and no timer is left"},
    {Invariant::kOneSeedOneTrace, "one-seed-one-trace", "one seed replays to the byte"},
}};

constexpr std::string_view NameOf(Invariant invariant) { return kPromises[static_cast<std::size_t>(invariant)].name; }

}  // namespace taskgateway::simulation

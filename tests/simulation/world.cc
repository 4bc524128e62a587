#include "tests/simulation/world.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {
namespace {

// Room for the logs of all buffers: for most runs ample, for some hardly more than the longest log, which is below 2
// MB.
constexpr std::size_t kAmple = std::size_t{64} << 20;
constexpr std::size_t kScarce = std::size_t{2} << 20;
constexpr std::size_t kQuietTasks = 2;

std::vector<Cloud> MakeClouds(base::Random& random) {
  std::vector<Cloud> clouds;
  for (const char* name : {"catalog", "control"}) {
    // Some budgets are short for what is asked of them.
    const bool is_short = Chance(random, 0.3);
    Cloud& cloud = clouds.emplace_back(Cloud{.name = name, .limits = {is_short ? 2.0 : 20.0, is_short ? 3 : 20, 1000}});
    for (std::size_t i = Pick(random, 4); i > 0; --i) {
      const absl::Duration begin = random.Below(kTasksEnd);
      cloud.storms.push_back({.kind = static_cast<Storm::Kind>(Pick(random, 5)),
                              .span = {begin, begin + random.Below(absl::Seconds(50))}});
    }
  }
  return clouds;
}

}  // namespace

World::World(const RunOptions& options)
    : fault(options.fault),
      random(options.seed * 2),
      gateway_random(options.seed * 2 + 1),
      journal(options.seed, time.clock, options.keeps_trace),
      clouds(MakeClouds(random)),
      gateway(time, gateway_random, keys, upstream, clouds, Chance(random, 0.2) ? kScarce : kAmple, fault) {
  for (const Cloud& cloud : clouds) upstream.Add(cloud);
  const std::size_t tasks = 5 + Pick(random, 4);
  for (std::size_t i = 0; i < tasks; ++i) {
    TaskLife life(clouds[Pick(random, clouds.size())].name, absl::StrCat("t", i), i < kQuietTasks, random);
    // Some clouds say when a task was created; some of their clocks are ahead.
    if (!life.quiet && Chance(random, 0.5)) life.created = time.clock.Now() + random.Below(absl::Seconds(20));
    upstream.Add(std::move(life));
  }
  for (std::size_t i = Pick(random, 3); i > 0; --i) {
    At(random.Below(kTasksEnd), [this] {
      journal.Note("the keys expire");
      keys.Expire();
    });
  }
  for (std::size_t i = Pick(random, 3); i > 0; --i) {
    const absl::Duration jump = Between(random, -absl::Hours(3), absl::Hours(3));
    At(random.Below(kTasksEnd), [this, jump] {
      journal.Note(absl::StrCat("the calendar jumps by ", absl::FormatDuration(jump)));
      time.clock.SetNow(time.clock.Now() + jump);
    });
  }
}

const TaskLife& World::AnyTask() {
  return upstream.lives()[kQuietTasks + Pick(random, upstream.lives().size() - kQuietTasks)];
}

tasks::FollowTarget World::TargetOf(const TaskLife& life) {
  const bool anywhere = !life.quiet && Chance(random, 0.25);
  return {anywhere ? nullptr : &gateway.source(life.source), life.id};
}

}  // namespace taskgateway::simulation

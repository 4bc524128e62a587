#include "tests/simulation/simulation.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace taskgateway::simulation {
namespace {

#ifdef TASKGATEWAY_SANITIZED
constexpr std::uint64_t kSeeds = 30;
#else
constexpr std::uint64_t kSeeds = 1000;
#endif
constexpr std::uint64_t kSeedsTwice = 10;
// A planted bug shows within so many seeds.
constexpr std::uint64_t kSeedsToCatch = 30;

TEST(SimulationTest, WhateverHappensThePromisesHold) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const Violation& violation : Simulate({.seed = seed}).violations) ADD_FAILURE() << violation.message;
    if (HasFailure()) return;
  }
}

TEST(SimulationTest, OneSeedReplaysToTheByte) {
  for (std::uint64_t seed = 1; seed <= kSeedsTwice; ++seed) {
    const RunResult result = Simulate({.seed = seed, .keeps_trace = true});
    EXPECT_EQ(result.trace, Simulate({.seed = seed, .keeps_trace = true}).trace) << "seed " << seed;
    EXPECT_EQ(result.hash, Simulate({.seed = seed}).hash) << "seed " << seed;
  }
}

TEST(SimulationTest, SeedsDiffer) { EXPECT_NE(Simulate({.seed = 1}).hash, Simulate({.seed = 2}).hash); }

TEST(SimulationTest, EveryInvariantHasAPlantedBug) {
  for (const Promise& promise : kPromises) {
    EXPECT_TRUE(std::ranges::count(kPlantedBugs, promise.invariant, &PlantedBug::breaks) > 0) << promise.name;
  }
}

class PlantedBugTest : public testing::TestWithParam<PlantedBug> {};

TEST_P(PlantedBugTest, IsCaughtByItsInvariant) {
  const PlantedBug& bug = GetParam();
  for (std::uint64_t seed = 1; seed <= kSeedsToCatch; ++seed) {
    const RunResult result = SimulateTwice({.seed = seed, .fault = bug.fault});
    if (std::ranges::any_of(result.violations, [&](const Violation& v) { return v.invariant == bug.breaks; })) return;
  }
  FAIL() << NameOf(bug.breaks) << " has not caught it";
}

INSTANTIATE_TEST_SUITE_P(Faults, PlantedBugTest, testing::ValuesIn(kPlantedBugs), [](const auto& tested) {
  std::string name(tested.param.name);
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace taskgateway::simulation

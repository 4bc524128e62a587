#include "gateway/upstream/circuit_breaker.h"

#include <vector>

#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

constexpr BreakerPolicy kPolicy = {
    .failures_to_open = 3, .first_pause = absl::Seconds(1), .max_pause = absl::Seconds(4)};

enum Event { kBegin, kSucceed, kFail, kFailProbe, kAbandonProbe };
enum State { kGoes, kProbes, kWaits };

struct Step {
  double at;  // seconds
  Event event;
  State then;       // of an attempt that would be made at that moment
  double wait = 0;  // seconds, when it waits
};

struct Row {
  const char* rule;
  std::vector<Step> steps;
};

TEST(CircuitBreakerTest, Table) {
  const Row rows[] = {
      {"a few failures do not open it", {{0, kFail, kGoes}, {0, kFail, kGoes}}},
      {"failures in a row open it for the first pause", {{0, kFail, kGoes}, {0, kFail, kGoes}, {1, kFail, kWaits, 1}}},
      {"a success in between starts the count anew",
       {{0, kFail, kGoes}, {0, kFail, kGoes}, {0, kSucceed, kGoes}, {0, kFail, kGoes}, {0, kFail, kGoes}}},
      {"after the pause one attempt goes as a probe",
       {{0, kFail, kGoes}, {0, kFail, kGoes}, {0, kFail, kWaits, 1}, {1, kBegin, kWaits, 1}}},
      {"the probe's success closes it",
       {{0, kFail, kGoes}, {0, kFail, kGoes}, {0, kFail, kWaits, 1}, {1, kBegin, kWaits, 1}, {2, kSucceed, kGoes}}},
      {"the probe's failure doubles the pause, up to the last",
       {{0, kFail, kGoes},
        {0, kFail, kGoes},
        {0, kFail, kWaits, 1},
        {1, kBegin, kWaits, 1},
        {1, kFailProbe, kWaits, 2},
        {3, kBegin, kWaits, 1},
        {3, kFailProbe, kWaits, 4},
        {7, kBegin, kWaits, 1},
        {7, kFailProbe, kWaits, 4}}},
      {"a probe that is given up lets the next one go",
       {{0, kFail, kGoes},
        {0, kFail, kGoes},
        {0, kFail, kWaits, 1},
        {1, kBegin, kWaits, 1},
        {2, kAbandonProbe, kProbes}}},
      {"what was sent before it opened does not prolong the pause",
       {{0, kFail, kGoes}, {0, kFail, kGoes}, {0, kFail, kWaits, 1}, {0.5, kFail, kWaits, 0.5}, {1, kFail, kProbes}}},
      {"a late success of such an attempt closes it",
       {{0, kFail, kGoes}, {0, kFail, kGoes}, {0, kFail, kWaits, 1}, {0.5, kSucceed, kGoes}}},
      {"once closed, the next trouble begins with the first pause",
       {{0, kFail, kGoes},
        {0, kFail, kGoes},
        {0, kFail, kWaits, 1},
        {1, kBegin, kWaits, 1},
        {1, kFailProbe, kWaits, 2},
        {3, kBegin, kWaits, 1},
        {3, kSucceed, kGoes},
        {3, kFail, kGoes},
        {3, kFail, kGoes},
        {3, kFail, kWaits, 1}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.rule);
    CircuitBreaker breaker(kPolicy);
    for (std::size_t i = 0; i < row.steps.size(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      const Step& step = row.steps[i];
      const absl::Duration now = absl::Seconds(step.at);
      switch (step.event) {
        case kBegin:
          EXPECT_TRUE(breaker.Begin(now).admitted);
          break;
        case kSucceed:
          breaker.Succeeded();
          break;
        case kFail:
          breaker.Failed(false, now);
          break;
        case kFailProbe:
          breaker.Failed(true, now);
          break;
        case kAbandonProbe:
          breaker.Abandoned(true);
          break;
      }
      const CircuitBreaker::Admission next = breaker.Ask(now);
      EXPECT_EQ(next.admitted, step.then != kWaits);
      EXPECT_EQ(next.probe, step.then == kProbes);
      EXPECT_EQ(next.wait, absl::Seconds(step.wait));
    }
  }
}

}  // namespace
}  // namespace taskgateway::upstream

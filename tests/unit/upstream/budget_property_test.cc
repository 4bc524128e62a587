// Random callers come, leave and are throttled; whatever they do, the promises of the budget hold.
#include <cstdint>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/upstream/budget.h"
#include "gtest/gtest.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::upstream {
namespace {

class BudgetPropertyTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(BudgetPropertyTest, NoWindowHasMoreThanBurstAndRateAndNobodyGoesLateOrIsForgotten) {
  support::VirtualTime time;
  base::Random random(GetParam());
  const double rate = 1 + 40 * random.Unit();
  const int burst = 1 + static_cast<int>(random.Next() % 20);
  const bool throttles = GetParam() % 2 == 1;
  Budget budget(time.loop, "sources/s:GetTask", {rate, burst, 50});
  int asked = 0;
  int answered = 0;
  std::vector<absl::Duration> grants;
  std::vector<Budget::Ticket> tickets;
  for (int i = 0; i < 600; ++i) {
    time.RunFor(random.Below(absl::Seconds(2.0 / rate)));
    const absl::Duration deadline = time.loop.Now() + random.Below(absl::Seconds(60.0 / rate));
    ++asked;
    tickets.push_back(budget.Acquire(deadline, [&, deadline](const absl::Status& status) {
      ++answered;
      if (!status.ok()) return;
      grants.push_back(time.loop.Now());
      EXPECT_LE(time.loop.Now(), deadline);
    }));
    if (random.Unit() < 0.05) {
      const std::size_t before = budget.queued();
      budget.Leave(tickets[random.Next() % tickets.size()]);
      if (budget.queued() < before) --asked;
    }
    if (throttles && random.Unit() < 0.01) budget.Throttled(random.Below(absl::Seconds(1)), time.loop.Now());
  }
  time.RunFor(absl::Hours(1));
  EXPECT_EQ(budget.queued(), 0u);
  EXPECT_EQ(answered, asked);
  EXPECT_GT(grants.size(), 20u) << "a budget that refuses everybody keeps all promises, too";
  for (std::size_t first = 0; first < grants.size(); ++first) {
    for (std::size_t last = first; last < grants.size(); ++last) {
      const double allowed = burst + rate * absl::ToDoubleSeconds(grants[last] - grants[first]);
      ASSERT_LE(static_cast<double>(last - first + 1), allowed + 1e-6) << "between grants " << first << " and " << last;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BudgetPropertyTest, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace taskgateway::upstream

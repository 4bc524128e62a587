// Threads as the loop sees them: work is done some time later, and in any order.
#pragma once

#include <functional>
#include <utility>

#include "gateway/base/event_loop.h"
#include "gateway/base/executor.h"
#include "gateway/base/random.h"
#include "tests/simulation/choice.h"

namespace taskgateway::simulation {

inline constexpr absl::Duration kLongestWork = absl::Milliseconds(300);

class LateExecutor final : public base::Executor {
 public:
  // Both outlive the executor. One that `loses_work` drops some.
  LateExecutor(base::EventLoop& loop, base::Random& random, bool loses_work)
      : loop_(loop), random_(random), loses_work_(loses_work) {}

  void Run(std::function<void()> work) override {
    if (loses_work_ && Chance(random_, 0.3)) return;
    loop_.Schedule(random_.Below(kLongestWork), std::move(work));
  }

 private:
  base::EventLoop& loop_;
  base::Random& random_;
  const bool loses_work_;
};

}  // namespace taskgateway::simulation

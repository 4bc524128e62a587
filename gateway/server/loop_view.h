// What only the loop thread can see, for those who look from outside.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/event_loop.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_poller.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::server {

// A moment of the loop.
struct LoopView {
  struct Budget {
    double rate = 0;             // allowed now, calls per second
    double configured_rate = 0;  // likewise, when the upstream does not throttle
    std::size_t queued = 0;      // reads that wait
  };
  struct Source {
    std::vector<Budget> budgets;   // one per operation of the adapter's
    std::size_t polled_tasks = 0;  // schedules
  };
  struct Polled {
    std::string name;
    v1::Task::State state = v1::Task::STATE_UNSPECIFIED;  // none was read yet
    absl::Duration next_poll;                             // in this time; infinite when polling has ended
    std::size_t subscribers = 0;
    std::string trouble;  // why the last poll failed; empty when it did not
  };

  std::vector<Source> sources;  // in the order of tasks::Sources
  std::vector<Polled> polled;   // in the order of their names, as many as were wanted
};

// Looks, with up to `max_polled` of the polled tasks. Loop thread.
LoopView LookAround(const tasks::Sources& sources, const tasks::TaskPoller& poller, absl::Duration now,
                    std::size_t max_polled);

// Has the loop look, and waits for it up to 2 s; nothing when it does not come to it by then, as after its end. What is
// referred to outlives the loop's run. Any thread but the loop's.
std::optional<LoopView> AskLoop(base::EventLoop& loop, const tasks::Sources& sources, const tasks::TaskPoller& poller,
                                std::size_t max_polled);

}  // namespace taskgateway::server

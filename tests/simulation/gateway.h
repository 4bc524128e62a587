// The gateway below its gRPC edge, wired to the doubles of one run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/log_buffers.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_cache.h"
#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_follower.h"
#include "gateway/tasks/task_poller.h"
#include "gateway/tasks/task_reader.h"
#include "gateway/upstream/upstream_call.h"
#include "tests/simulation/fault.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/key_ring.h"
#include "tests/simulation/late_executor.h"
#include "tests/simulation/scripted_upstream.h"
#include "tests/simulation/simulated_adapter.h"
#include "tests/simulation/standing_clock.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::simulation {

class Gateway {
 public:
  // `clouds` become its sources. The references outlive the gateway.
  Gateway(support::VirtualTime& time, base::Random& random, KeyRing& keys, upstream::HttpClient& http,
          const std::vector<Cloud>& clouds, std::size_t max_log_bytes, Fault fault);

  tasks::Source& source(const std::string& name) { return *sources_.Find(name); }
  const tasks::Sources& sources() const { return sources_; }
  tasks::TaskCache& cache() { return cache_; }
  tasks::TaskFinder& finder() { return finder_; }
  tasks::LogBuffers& log_buffers() { return log_buffers_; }
  tasks::FanOut& fan_out() { return fan_out_; }
  // For the next caller: faults give some of them one of their own.
  tasks::TaskReader& reader();
  tasks::Following following();
  // Something has been done to the task, as by CancelTask.
  void Outdate(tasks::Source& source, const std::string& task_id);

  // Breaks memory-returns when anything is held although nobody is there any more.
  void CheckNothingIsHeld(Journal& journal) const;
  // Likewise, when all that is remembered has expired as well.
  void CheckNothingIsRemembered(Journal& journal);

 private:
  std::vector<std::unique_ptr<tasks::Source>> MakeSources(base::EventLoop& loop, KeyRing& keys,
                                                          const std::vector<Cloud>& clouds, Fault fault);

  LateExecutor executor_;
  SimulatedAdapter adapter_;
  upstream::Context context_;
  std::vector<std::unique_ptr<upstream::Budget>> budgets_;
  tasks::Sources sources_;
  StandingClock standing_clock_;
  tasks::ReadCounters counters_;
  tasks::TaskCache cache_;
  tasks::TaskReader reader_;
  std::optional<tasks::TaskReader> second_reader_;
  std::optional<tasks::TaskPoller> second_poller_;
  tasks::TaskFinder finder_;
  tasks::TaskPoller poller_;
  tasks::AliasResolver aliases_;
  tasks::LogBuffers log_buffers_;
  tasks::FanOut fan_out_;
  std::size_t callers_ = 0;
};

}  // namespace taskgateway::simulation

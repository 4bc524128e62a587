// Everything that is counted while the gateway runs.
#pragma once

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/rpc/call_record.h"
#include "gateway/server/recent_failures.h"
#include "gateway/server/source_telemetry.h"
#include "gateway/tasks/read_counters.h"
#include "gateway/tasks/source.h"

namespace taskgateway::server {

// Made before there are calls, and outlives them. Thread-safe but for Observe.
class Telemetry {
 public:
  // All outlive it. `tracer` is null when nobody collects spans.
  Telemetry(const base::Clock& clock, base::Log& log, base::Tracer* tracer)
      : clock_(clock), log_(log), calls_(clock, log, tracer) {}
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // Watches `sources`, once, before the loop runs. They outlive it.
  void Observe(const tasks::Sources& sources) {
    for (const auto& source : sources.all()) {
      sources_.push_back(std::make_unique<SourceTelemetry>(*source, clock_, log_, failures_));
      source->channel.observer = sources_.back().get();
    }
  }

  rpc::CallRecords& calls() { return calls_; }
  const rpc::CallRecords& calls() const { return calls_; }
  tasks::ReadCounters& reads() { return reads_; }
  const tasks::ReadCounters& reads() const { return reads_; }
  // In the order of tasks::Sources.
  const std::vector<std::unique_ptr<SourceTelemetry>>& sources() const { return sources_; }
  const RecentFailures& failures() const { return failures_; }

 private:
  const base::Clock& clock_;
  base::Log& log_;
  rpc::CallRecords calls_;
  tasks::ReadCounters reads_;
  RecentFailures failures_;
  std::vector<std::unique_ptr<SourceTelemetry>> sources_;
};

}  // namespace taskgateway::server

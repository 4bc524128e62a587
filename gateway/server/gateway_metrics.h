// The gateway's numbers as Prometheus reads them.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/event_loop.h"
#include "gateway/server/loop_view.h"
#include "gateway/server/metric_families.h"
#include "gateway/server/readiness.h"
#include "gateway/server/server_tls.h"
#include "gateway/server/telemetry.h"
#include "gateway/tasks/task_cache.h"
#include "gateway/tasks/task_poller.h"
#include "prometheus/collectable.h"

namespace taskgateway::server {

// What is looked at from the admin port. The loop runs meanwhile.
struct GatewayInsides {
  const base::Clock& clock;
  base::EventLoop& loop;
  const tasks::Sources& sources;
  const tasks::TaskPoller& poller;
  const tasks::TaskCache& cache;
  const Telemetry& telemetry;
  const Readiness& readiness;
  const ServerTls* tls;  // null: plaintext
};

// Reads everything anew at each scrape. What belongs to the loop is left out when the loop does not answer. Any thread
// but the loop's.
class GatewayMetrics final : public prometheus::Collectable {
 public:
  // What `insides` refers to outlives it. `config_digest` names the configuration in use.
  GatewayMetrics(const GatewayInsides& insides, std::string config_digest)
      : insides_(insides), config_digest_(std::move(config_digest)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;
  // The text that Prometheus scrapes.
  std::string Text() const;

 private:
  void AddCalls(MetricFamilies* families) const;
  void AddSources(MetricFamilies* families) const;
  void AddLoop(MetricFamilies* families) const;
  void AddTasks(MetricFamilies* families) const;
  void AddServer(MetricFamilies* families) const;

  const GatewayInsides insides_;
  const std::string config_digest_;
};

}  // namespace taskgateway::server

#include "gateway/server/gateway_metrics.h"

#include <optional>
#include <sstream>
#include <utility>

#include "gateway/server/process_metrics.h"
#include "prometheus/text_serializer.h"

namespace taskgateway::server {
namespace {

using rpc::Method;
using upstream::AttemptOutcome;
using upstream::PollOutcome;

double ValueOf(const base::Counter& counter) { return static_cast<double>(counter.Value()); }

}  // namespace

std::vector<prometheus::MetricFamily> GatewayMetrics::Collect() const {
  MetricFamilies families;
  AddCalls(&families);
  AddSources(&families);
  AddLoop(&families);
  AddTasks(&families);
  AddServer(&families);
  return std::move(families).Take();
}

std::string GatewayMetrics::Text() const {
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, Collect());
  return std::move(text).str();
}

void GatewayMetrics::AddCalls(MetricFamilies* families) const {
  const rpc::CallMetrics& calls = insides_.telemetry.calls().metrics();
  for (std::size_t i = 0; i < rpc::kMethods; ++i) {
    const auto method = static_cast<Method>(i);
    const rpc::MethodName& name = rpc::NameOf(method);
    const rpc::CallMetrics::OfMethod& of_method = calls.Of(method);
    for (std::size_t code = 0; code < rpc::kCodes; ++code) {
      families->Add("grpc_server_handled_total",
                    {name.type, name.service, name.method, rpc::CodeWord(static_cast<grpc::StatusCode>(code))},
                    ValueOf(of_method.handled[code]));
    }
    families->Add("grpc_server_handling_seconds", {name.type, name.service, name.method}, of_method.handling.Value());
    families->Add("grpc_server_started_total", {name.type, name.service, name.method}, ValueOf(of_method.started));
  }
  const auto open = [&](Method method) { return static_cast<double>(calls.Of(method).open()); };
  families->Add("taskgateway_watches", {}, open(Method::kWatchTasks));
  families->Add("taskgateway_waits", {}, open(Method::kWaitTask) + open(Method::kWaitOperation));
  families->Add("taskgateway_log_readers", {}, open(Method::kReadTaskLogs));
  families->Add("taskgateway_log_bytes_total", {}, ValueOf(insides_.telemetry.calls().log_bytes()));
}

void GatewayMetrics::AddSources(MetricFamilies* families) const {
  for (const auto& source : insides_.telemetry.sources()) {
    const std::string& name = source->source();
    for (const SourceTelemetry::OfOperation& operation : source->operations()) {
      for (std::size_t i = 0; i < upstream::kAttemptOutcomes; ++i) {
        const auto outcome = static_cast<AttemptOutcome>(i);
        families->Add("taskgateway_upstream_attempts_total",
                      {name, operation.name, upstream::AttemptOutcomeWord(outcome)}, ValueOf(operation.With(outcome)));
      }
      families->Add("taskgateway_upstream_attempt_seconds", {name, operation.name}, operation.attempt_time.Value());
      families->Add("taskgateway_upstream_retries_total", {name, operation.name}, ValueOf(operation.retries));
      families->Add("taskgateway_upstream_throttled_total", {name, operation.name},
                    ValueOf(operation.With(AttemptOutcome::kThrottled)));
    }
    for (std::size_t i = 0; i < upstream::kPollOutcomes; ++i) {
      const auto outcome = static_cast<PollOutcome>(i);
      families->Add("taskgateway_polls_total", {name, upstream::PollOutcomeWord(outcome)},
                    ValueOf(source->polls(outcome)));
    }
    families->Add("taskgateway_breaker_open", {name}, source->breaker_open() ? 1 : 0);
    families->Add("taskgateway_unknown_states_total", {name}, ValueOf(source->unknown_states()));
  }
}

void GatewayMetrics::AddLoop(MetricFamilies* families) const {
  const std::optional<LoopView> view = AskLoop(insides_.loop, insides_.sources, insides_.poller, 0);
  if (!view) return;
  for (std::size_t i = 0; i < view->sources.size(); ++i) {
    const SourceTelemetry& source = *insides_.telemetry.sources()[i];
    for (std::size_t j = 0; j < view->sources[i].budgets.size(); ++j) {
      const LoopView::Budget& budget = view->sources[i].budgets[j];
      const std::string_view operation = source.operations()[j].name;
      families->Add("taskgateway_budget_rate", {source.source(), operation}, budget.rate);
      families->Add("taskgateway_budget_configured_rate", {source.source(), operation}, budget.configured_rate);
      families->Add("taskgateway_budget_queued", {source.source(), operation}, static_cast<double>(budget.queued));
    }
    families->Add("taskgateway_polled_tasks", {source.source()}, static_cast<double>(view->sources[i].polled_tasks));
  }
}

void GatewayMetrics::AddTasks(MetricFamilies* families) const {
  const tasks::ReadCounters& reads = insides_.telemetry.reads();
  families->Add("taskgateway_cache_reads_total", {"hit"}, ValueOf(reads.hits));
  families->Add("taskgateway_cache_reads_total", {"stale"}, ValueOf(reads.stale));
  families->Add("taskgateway_cache_reads_total", {"miss"}, ValueOf(reads.misses));
  families->Add("taskgateway_cache_coalesced_total", {}, ValueOf(reads.coalesced));
  families->Add("taskgateway_cache_evictions_total", {}, ValueOf(reads.evictions));
  families->Add("taskgateway_cache_bytes", {}, static_cast<double>(insides_.cache.bytes()));
  families->Add("taskgateway_state_regressions_total", {}, ValueOf(reads.regressions));
}

void GatewayMetrics::AddServer(MetricFamilies* families) const {
  if (insides_.tls != nullptr) {
    families->Add("taskgateway_certificate_expiry_seconds", {},
                  absl::ToDoubleSeconds(insides_.tls->expires_at() - insides_.clock.Now()));
    families->Add("taskgateway_certificate_reloads_total", {"loaded"}, ValueOf(insides_.tls->loaded()));
    families->Add("taskgateway_certificate_reloads_total", {"rejected"}, ValueOf(insides_.tls->rejected()));
    families->Add("taskgateway_certificate_rejected", {}, insides_.tls->rejecting() ? 1 : 0);
  }
  families->Add("taskgateway_config_info", {config_digest_}, 1);
  families->Add("taskgateway_build_info", {TASKGATEWAY_VERSION}, 1);
  families->Add("taskgateway_draining", {}, insides_.readiness.draining() ? 1 : 0);
  const std::optional<ProcessState> process = LookAtProcess();
  if (!process) return;
  families->Add("process_cpu_seconds_total", {}, process->cpu_seconds);
  families->Add("process_resident_memory_bytes", {}, process->resident_bytes);
  families->Add("process_virtual_memory_bytes", {}, process->virtual_bytes);
  families->Add("process_threads", {}, process->threads);
  families->Add("process_open_fds", {}, process->open_fds);
  families->Add("process_max_fds", {}, process->max_fds);
  families->Add("process_start_time_seconds", {}, process->start_time_seconds);
}

}  // namespace taskgateway::server

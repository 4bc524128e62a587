#include "gateway/server/metric_catalogue.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace taskgateway::server {
namespace {

using prometheus::MetricType;

constexpr Metric kMetrics[] = {
    {"grpc_server_started_total", MetricType::Counter, "grpc_type,grpc_service,grpc_method",
     "Calls that have begun, of the services TaskService and Operations."},
    {"grpc_server_handled_total", MetricType::Counter, "grpc_type,grpc_service,grpc_method,grpc_code",
     "Calls that have ended, by the code that the caller was told."},
    {"grpc_server_handling_seconds", MetricType::Histogram, "grpc_type,grpc_service,grpc_method",
     "Time from the call's beginning to its end. A watch, a wait or a followed log lasts as long as its caller likes."},
    {"taskgateway_upstream_attempts_total", MetricType::Counter, "source,operation,outcome",
     "Requests to an upstream. outcome: ok (a usable reply, also that there is no such task), throttled, "
     "credentials_rejected, clock_skew, unreachable, timeout, broken (not a reply, or too large), unavailable (5xx and "
     "the like), rejected (any other error), abandoned (nobody waited for it any more)."},
    {"taskgateway_upstream_attempt_seconds", MetricType::Histogram, "source,operation",
     "Time from sending a request to the decoded reply, abandoned ones left out."},
    {"taskgateway_upstream_retries_total", MetricType::Counter, "source,operation",
     "Requests that repeated one of the same call."},
    {"taskgateway_upstream_throttled_total", MetricType::Counter, "source,operation",
     "Requests that the upstream throttled: more than its quota has room for."},
    {"taskgateway_budget_rate", MetricType::Gauge, "source,operation",
     "Calls per second that the budget allows now; less than configured after throttling. Sources of one account and "
     "endpoint share a budget and show the same."},
    {"taskgateway_budget_configured_rate", MetricType::Gauge, "source,operation",
     "Calls per second that the budget allows when it is not throttled."},
    {"taskgateway_budget_queued", MetricType::Gauge, "source,operation",
     "Reads that wait for the budget; polls, which wait as long as it takes, left out."},
    {"taskgateway_breaker_open", MetricType::Gauge, "source",
     "1 while the source is left alone because it has failed too often in a row, else 0."},
    {"taskgateway_cache_reads_total", MetricType::Counter, "outcome",
     "Reads by what the cache had: hit (an answer), stale (a reading that was too old for the caller), miss "
     "(nothing)."},
    {"taskgateway_cache_coalesced_total", MetricType::Counter, "",
     "Reads that joined an upstream call which was under way."},
    {"taskgateway_cache_evictions_total", MetricType::Counter, "",
     "Entries that the cache gave up to make room for others."},
    {"taskgateway_cache_bytes", MetricType::Gauge, "", "Memory that the cache holds, as it counts it."},
    {"taskgateway_polls_total", MetricType::Counter, "source,outcome",
     "Polls that have ended. outcome: ok, failed, gone (not found or denied: polling has ended)."},
    {"taskgateway_polled_tasks", MetricType::Gauge, "source",
     "Tasks that are polled because somebody waits or watches."},
    {"taskgateway_watches", MetricType::Gauge, "", "WatchTasks calls that are open."},
    {"taskgateway_waits", MetricType::Gauge, "", "WaitTask and WaitOperation calls that are open."},
    {"taskgateway_log_readers", MetricType::Gauge, "", "ReadTaskLogs calls that are open."},
    {"taskgateway_log_bytes_total", MetricType::Counter, "", "Bytes of log chunks that were sent."},
    {"taskgateway_unknown_states_total", MetricType::Counter, "source",
     "Readings of tasks in a state that the gateway does not know."},
    {"taskgateway_state_regressions_total", MetricType::Counter, "",
     "Readings that contradicted the end of a task, and were not shown."},
    {"taskgateway_certificate_expiry_seconds", MetricType::Gauge, "",
     "Seconds until the certificate in use expires; absent without TLS."},
    {"taskgateway_certificate_reloads_total", MetricType::Counter, "outcome",
     "New certificate files. outcome: loaded, rejected (the old ones stay in use)."},
    {"taskgateway_certificate_rejected", MetricType::Gauge, "",
     "1 while the certificate files cannot be used and the old ones stay in use, else 0; absent without TLS."},
    {"taskgateway_config_info", MetricType::Gauge, "digest",
     "1, with the digest of the configuration in use; keys are no part of it."},
    {"taskgateway_build_info", MetricType::Gauge, "version", "1, with the version that runs."},
    {"taskgateway_draining", MetricType::Gauge, "", "1 from the stop signal on, else 0."},
    {"process_cpu_seconds_total", MetricType::Counter, "", "CPU time of the process."},
    {"process_resident_memory_bytes", MetricType::Gauge, "", "Resident memory of the process."},
    {"process_virtual_memory_bytes", MetricType::Gauge, "", "Virtual memory of the process."},
    {"process_threads", MetricType::Gauge, "", "Threads of the process."},
    {"process_open_fds", MetricType::Gauge, "", "File descriptors that are open."},
    {"process_max_fds", MetricType::Gauge, "", "File descriptors that may be open."},
    {"process_start_time_seconds", MetricType::Gauge, "", "When the process began, in Unix time."},
};

const char* TypeWord(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::span<const Metric> MetricCatalogue() { return kMetrics; }

std::string MetricsReference() {
  std::string table = "| Metric | Type | Labels | Meaning |\n| --- | --- | --- | --- |\n";
  for (const Metric& metric : kMetrics) {
    const std::string labels =
        metric.labels.empty()
            ? ""
            : absl::StrCat("`", absl::StrJoin(absl::StrSplit(ToAbsl(metric.labels), ','), "`, `"), "`");
    absl::StrAppend(&table, "| `", ToAbsl(metric.name), "` | ", TypeWord(metric.type), " | ", labels, " | ",
                    ToAbsl(metric.help), " |\n");
  }
  return table;
}

}  // namespace taskgateway::server

#include "gateway/server/status_page.h"

#include <optional>

namespace taskgateway::server {
namespace {

using rpc::Method;
using upstream::AttemptOutcome;

constexpr std::size_t kMaxPolled = 100;
constexpr grpc::StatusCode kFailures[] = {
    grpc::StatusCode::UNKNOWN,  grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::RESOURCE_EXHAUSTED,
    grpc::StatusCode::INTERNAL, grpc::StatusCode::UNAVAILABLE,       grpc::StatusCode::DATA_LOSS};

double ValueOf(const base::Counter& counter) { return static_cast<double>(counter.Value()); }

void AddTotals(const Telemetry& telemetry, admin::v1::Totals* totals) {
  const rpc::CallMetrics& calls = telemetry.calls().metrics();
  double ended = 0;
  double failed = 0;
  for (std::size_t i = 0; i < rpc::kMethods; ++i) {
    const auto& handled = calls.Of(static_cast<Method>(i)).handled;
    for (const base::Counter& code : handled) ended += ValueOf(code);
    for (const grpc::StatusCode code : kFailures) failed += ValueOf(handled[code]);
  }
  totals->set_calls(ended);
  totals->set_failed_calls(failed);
  const tasks::ReadCounters& reads = telemetry.reads();
  totals->set_cache_hits(ValueOf(reads.hits));
  totals->set_reads(ValueOf(reads.hits) + ValueOf(reads.stale) + ValueOf(reads.misses));
  const auto open = [&](Method method) { return static_cast<double>(calls.Of(method).open()); };
  totals->set_watches(open(Method::kWatchTasks));
  totals->set_waits(open(Method::kWaitTask) + open(Method::kWaitOperation));
  totals->set_log_readers(open(Method::kReadTaskLogs));
}

void AddSource(const tasks::Source& configured, const SourceTelemetry& telemetry, absl::Time now,
               admin::v1::Source* source) {
  source->set_name(configured.name);
  source->set_kind(std::string(configured.adapter().traits().kind));
  source->set_account(configured.account);
  source->set_endpoint(configured.channel.endpoint.url);
  source->set_breaker_open(telemetry.breaker_open());
  double attempts = 0;
  double fine = 0;
  for (const SourceTelemetry::OfOperation& operation : telemetry.operations()) {
    for (const base::Counter& outcome : operation.attempts) attempts += ValueOf(outcome);
    fine += ValueOf(operation.With(AttemptOutcome::kOk)) + ValueOf(operation.With(AttemptOutcome::kAbandoned));
  }
  source->set_attempts(attempts);
  source->set_failed_attempts(attempts - fine);
  const SourceTelemetry::Trouble trouble = telemetry.last_trouble();
  if (trouble.message.empty()) return;
  source->set_last_trouble(trouble.message);
  source->set_last_trouble_seconds(absl::ToDoubleSeconds(now - trouble.at));
}

void AddLoopView(const LoopView& view, const Telemetry& telemetry, admin::v1::Status* status) {
  double polled = 0;
  for (std::size_t i = 0; i < view.sources.size(); ++i) {
    admin::v1::Source& source = *status->mutable_sources(static_cast<int>(i));
    source.set_polled_tasks(static_cast<double>(view.sources[i].polled_tasks));
    polled += source.polled_tasks();
    for (std::size_t j = 0; j < view.sources[i].budgets.size(); ++j) {
      const LoopView::Budget& seen = view.sources[i].budgets[j];
      admin::v1::Budget& budget = *source.add_budgets();
      budget.set_operation(std::string(telemetry.sources()[i]->operations()[j].name));
      budget.set_rate(seen.rate);
      budget.set_configured_rate(seen.configured_rate);
      budget.set_queued(static_cast<double>(seen.queued));
    }
  }
  status->set_polled_tasks_total(polled);
  for (const LoopView::Polled& seen : view.polled) {
    admin::v1::PolledTask& task = *status->add_polled_tasks();
    task.set_name(seen.name);
    if (seen.state != v1::Task::STATE_UNSPECIFIED) task.set_state(v1::Task::State_Name(seen.state));
    task.set_subscribers(static_cast<double>(seen.subscribers));
    task.set_next_poll_seconds(seen.next_poll == absl::InfiniteDuration() ? -1 : absl::ToDoubleSeconds(seen.next_poll));
    task.set_trouble(seen.trouble);
  }
}

}  // namespace

admin::v1::Status LookAt(const GatewayInsides& insides, const std::string& config_digest, absl::Duration started) {
  const absl::Time now = insides.clock.Now();
  admin::v1::Status status;
  status.set_version(TASKGATEWAY_VERSION);
  status.set_config_digest(config_digest);
  status.set_ready(insides.readiness.ready());
  status.set_draining(insides.readiness.draining());
  status.set_uptime_seconds(absl::ToDoubleSeconds(insides.clock.Uptime() - started));
  AddTotals(insides.telemetry, status.mutable_totals());
  for (std::size_t i = 0; i < insides.telemetry.sources().size(); ++i) {
    admin::v1::Source* source = status.add_sources();
    AddSource(*insides.sources.all()[i], *insides.telemetry.sources()[i], now, source);
    status.mutable_totals()->set_attempts(status.totals().attempts() + source->attempts());
  }
  const std::optional<LoopView> view = AskLoop(insides.loop, insides.sources, insides.poller, kMaxPolled);
  status.set_loop_answers(view.has_value());
  if (view) AddLoopView(*view, insides.telemetry, &status);
  for (const TaskFailure& failed : insides.telemetry.failures().All()) {
    admin::v1::Failure& failure = *status.add_failures();
    failure.set_name(failed.name);
    failure.set_code(failed.code);
    failure.set_message(failed.message);
    failure.set_seconds(absl::ToDoubleSeconds(now - failed.read_at));
  }
  return status;
}

}  // namespace taskgateway::server

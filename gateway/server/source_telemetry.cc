#include "gateway/server/source_telemetry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/utf8.h"

namespace taskgateway::server {
namespace {

using upstream::AttemptOutcome;

constexpr std::size_t kMaxWordBytes = 64;
constexpr std::size_t kMaxTroubleBytes = 512;

std::string TextOf(const absl::Status& status) {
  const std::string reason = core::ReasonOf(status);
  const std::string text = absl::StrCat(reason, reason.empty() ? "" : ": ", status.message());
  return std::string(core::CutUtf8(text, kMaxTroubleBytes));
}

}  // namespace

SourceTelemetry::SourceTelemetry(const tasks::Source& source, const base::Clock& clock, base::Log& log,
                                 RecentFailures& failures)
    : source_(source.name), clock_(clock), log_(log), failures_(failures) {
  for (const Operation& operation : source.adapter().traits().operations)
    operations_.emplace_back().name = operation.name;
}

void SourceTelemetry::OnAttempt(const upstream::AttemptReport& report) {
  const auto operation = std::ranges::find(operations_, report.operation, &OfOperation::name);
  if (operation == operations_.end()) return;
  operation->attempts[static_cast<std::size_t>(report.outcome)].Add();
  if (report.retry) operation->retries.Add();
  if (report.outcome == AttemptOutcome::kAbandoned) return;  // how long it would have taken is not known
  operation->attempt_time.Observe(report.took);
  if (report.outcome == AttemptOutcome::kOk) return;
  {
    base::MutexLock lock(mutex_);
    last_trouble_ = {TextOf(report.status), clock_.Now()};
  }
  switch (report.outcome) {
    case AttemptOutcome::kThrottled:
      log_.Warning("upstream_throttled").Add("source", source_).Add("operation", report.operation);
      break;
    case AttemptOutcome::kCredentialsRejected:
      log_.Error("upstream_credentials_rejected")
          .Add("source", source_)
          .Add("operation", report.operation)
          .Add("status", report.status);
      break;
    default:
      log_.Debug("upstream_attempt_failed")
          .Add("source", source_)
          .Add("operation", report.operation)
          .Add("outcome", upstream::AttemptOutcomeWord(report.outcome))
          .Add("status", report.status);
  }
}

void SourceTelemetry::OnBreaker(bool open, const absl::Status& status) {
  breaker_open_.store(open, std::memory_order_relaxed);
  if (open) {
    log_.Warning("breaker_opened").Add("source", source_).Add("status", status);
  } else {
    log_.Info("breaker_closed").Add("source", source_);
  }
}

void SourceTelemetry::OnFailedOrUnknown(const v1::Task& task) {
  if (task.state() == v1::Task::UNKNOWN) OnUnknownState(task);
  if (task.state() == v1::Task::FAILED) failures_.Add(task, clock_.Now());
}

void SourceTelemetry::OnUnknownState(const v1::Task& task) {
  unknown_states_.Add();
  const std::string_view word = core::CutUtf8(task.source_status(), kMaxWordBytes);
  if (words_.size() >= kMaxWords || words_.contains(word)) return;
  words_.emplace(word);
  log_.Warning("unknown_state").Add("source", source_).Add("word", word).Add("name", task.name());
}

SourceTelemetry::Trouble SourceTelemetry::last_trouble() const {
  base::MutexLock lock(mutex_);
  return last_trouble_;
}

}  // namespace taskgateway::server

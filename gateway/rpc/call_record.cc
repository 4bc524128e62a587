#include "gateway/rpc/call_record.h"

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/caller.h"
#include "gateway/rpc/status.h"
#include "gateway/rpc/trace_context.h"

namespace taskgateway::rpc {
namespace {

// A caller's own timer ends its call as the deadline passes here, give or take the way and gRPC's rounding.
constexpr absl::Duration kDeadlineSlack = absl::Milliseconds(20);

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string CallRecords::NewTraceId() {
  base::MutexLock lock(random_mutex_);
  return random_.Nonce();
}

CallRecord::CallRecord(CallRecords& records, Method method, grpc::CallbackServerContext& context)
    : records_(&records), method_(method), context_(&context), began_(records.clock_.Uptime()) {
  records.metrics_.Of(method).started.Add();
  if (records.tracer_ != nullptr) BeginSpan();
}

void CallRecord::BeginSpan() {
  const MethodName& name = NameOf(method_);
  span_ = records_->tracer_->Begin(absl::StrCat(ToAbsl(name.service), "/", ToAbsl(name.method)),
                                   base::SpanKind::kServer, ParentOf(*context_));
  if (span_ == nullptr) return;
  span_->Set("rpc.system", "grpc");
  span_->Set("rpc.service", name.service);
  span_->Set("rpc.method", name.method);
}

void CallRecord::EndSpan(const absl::Status& status) {
  if (!name_.empty()) span_->Set("taskgateway.name", name_);
  span_->Set("rpc.grpc.status_code", static_cast<int>(status.code()));
  if (!status.ok() && !absl::IsCancelled(status)) span_->Fail(core::ReasonOf(status));
  span_.reset();
}

grpc::Status CallRecord::End(const absl::Status& ended) {
  absl::Status status = ended;
  if (absl::IsCancelled(status) && absl::FromChrono(context_->deadline()) <= records_->clock_.Now() + kDeadlineSlack) {
    status = core::DeadlinePassed("answering the call");
  }
  const absl::Duration now = records_->clock_.Uptime();
  const absl::Duration took = now - began_;
  CallMetrics::OfMethod& metrics = records_->metrics_.Of(method_);
  metrics.handled[static_cast<std::size_t>(status.code())].Add();
  metrics.handling.Observe(took);
  // Nothing more is done for a line that is not written: a busy gateway drops most of them.
  base::LogLine line = BeginLine(status.code(), now);
  std::string trace_id;
  if (span_ != nullptr) {
    trace_id = TraceIdText(span_->id());
    EndSpan(status);
  }
  if (status.ok() && !line.wanted()) return grpc::Status::OK;
  if (trace_id.empty()) trace_id = TraceIdOf(*context_);
  if (trace_id.empty()) trace_id = records_->NewTraceId();
  if (line.wanted()) Fill(line, status, took, trace_id);
  if (!status.ok()) context_->AddTrailingMetadata("trace-id", trace_id);
  return ToGrpcStatus(status);
}

grpc::Status CallRecord::EndStream(const absl::Status& status) {
  return End(status.ok() && context_->IsCancelled() ? absl::CancelledError("the caller went away") : status);
}

base::LogLine CallRecord::BeginLine(absl::StatusCode code, absl::Duration now) const {
  switch (code) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
      return records_->log_.Line(base::Severity::kInfo, records_->call_, now);
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return records_->log_.Line(base::Severity::kError, records_->call_broken_, now);
    default:
      return records_->log_.Line(base::Severity::kInfo, records_->call_failed_, now);
  }
}

void CallRecord::Fill(base::LogLine& line, const absl::Status& status, absl::Duration took,
                      std::string_view trace_id) const {
  const MethodName& name = NameOf(method_);
  line.Add("method", absl::StrCat(ToAbsl(name.service), "/", ToAbsl(name.method)));
  if (!name_.empty()) line.Add("name", name_);
  if (names_ > 1) line.Add("names", names_);
  line.Add("code", absl::StatusCodeToString(status.code()));
  if (const std::string reason = core::ReasonOf(status); !reason.empty()) line.Add("reason", reason);
  if (!status.ok()) line.Add("message", std::string_view(status.message().data(), status.message().size()));
  line.Add("took", took);
  if (const std::string caller = CallerOf(*context_); !caller.empty()) line.Add("caller", caller);
  line.Add("peer", context_->peer()).Add("trace_id", trace_id);
}

}  // namespace taskgateway::rpc

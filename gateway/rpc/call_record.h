// What is counted and logged of each call.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"
#include "gateway/base/random.h"
#include "gateway/base/tracer.h"
#include "gateway/rpc/call_metrics.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"

namespace taskgateway::rpc {

// Where calls are recorded. Thread-safe.
class CallRecords {
 public:
  // All outlive it. `tracer` is null when nobody collects spans.
  CallRecords(const base::Clock& clock, base::Log& log, base::Tracer* tracer = nullptr)
      : clock_(clock), log_(log), tracer_(tracer) {}

  CallMetrics& metrics() { return metrics_; }
  const CallMetrics& metrics() const { return metrics_; }
  // Bytes of messages with log chunks that were sent.
  base::Counter& log_bytes() { return log_bytes_; }
  const base::Counter& log_bytes() const { return log_bytes_; }

 private:
  friend class CallRecord;
  // 32 lower-case hexadecimal digits.
  std::string NewTraceId();

  const base::Clock& clock_;
  base::Log& log_;
  base::Tracer* const tracer_;
  base::FrequentLogEvent call_{"call"};
  base::FrequentLogEvent call_failed_{"call_failed"};
  base::FrequentLogEvent call_broken_{"call_broken"};
  CallMetrics metrics_;
  base::Counter log_bytes_;
  base::Mutex random_mutex_;
  base::Random random_ = base::Random::FromDevice();  // guarded by random_mutex_
};

// The record of one call, from its first line of ours to the status it ends with. Counts always. Writes a line `call`
// at level info for OK and for a caller who went away, `call_broken` at level error for a bug of ours, and
// `call_failed` at level info for any other end. Goes from thread to thread with its call.
class CallRecord {
 public:
  // Counts the beginning. `records` and `context` outlive the record's End.
  CallRecord(CallRecords& records, Method method, grpc::CallbackServerContext& context);
  CallRecord(CallRecord&&) = default;
  CallRecord& operator=(CallRecord&&) = delete;

  // What the call asks for, the first of `names` resource names: for the log.
  void SetName(std::string name, int names = 1) {
    name_ = std::move(name);
    names_ = names;
  }
  const std::string& name() const { return name_; }
  // The call's span, for what is done for it; none when nobody collects it.
  base::SpanId span() const { return span_ == nullptr ? base::SpanId() : span_->id(); }
  // Counts the end, and gives what gRPC is to be told. Once; before gRPC is told. Callers of a call that failed get its
  // trace id in the trailing metadata `trace-id`. A call that was cancelled when its deadline passed ends with
  // DEADLINE_EXCEEDED.
  grpc::Status End(const absl::Status& status);
  // The same for a stream, which is not told that its caller went away: it ends with CANCELLED then.
  grpc::Status EndStream(const absl::Status& status);
  CallRecords& records() const { return *records_; }

 private:
  void BeginSpan();
  void EndSpan(const absl::Status& status);
  base::LogLine BeginLine(absl::StatusCode code, absl::Duration now) const;
  void Fill(base::LogLine& line, const absl::Status& status, absl::Duration took, std::string_view trace_id) const;

  CallRecords* records_;
  Method method_;
  grpc::CallbackServerContext* context_;
  absl::Duration began_;  // Uptime
  std::string name_;
  int names_ = 1;
  std::unique_ptr<base::Span> span_;
};

}  // namespace taskgateway::rpc

#include "gateway/server/otlp_tracer.h"

#ifdef TASKGATEWAY_OPENTELEMETRY
#include <chrono>
#include <string>
#include <utility>

#include "opentelemetry/exporters/otlp/otlp_http_exporter_factory.h"
#include "opentelemetry/exporters/otlp/otlp_http_exporter_options.h"
#include "opentelemetry/sdk/common/global_log_handler.h"
#include "opentelemetry/sdk/resource/resource.h"
#include "opentelemetry/sdk/trace/batch_span_processor_factory.h"
#include "opentelemetry/sdk/trace/batch_span_processor_options.h"
#include "opentelemetry/sdk/trace/samplers/parent_factory.h"
#include "opentelemetry/sdk/trace/samplers/trace_id_ratio_factory.h"
#include "opentelemetry/sdk/trace/tracer_provider.h"
#include "opentelemetry/sdk/trace/tracer_provider_factory.h"
#include "opentelemetry/trace/span.h"
#include "opentelemetry/trace/span_startoptions.h"
#include "opentelemetry/trace/tracer.h"

namespace taskgateway::server {
namespace {

namespace otel = opentelemetry;

otel::nostd::string_view ToOtel(std::string_view text) { return {text.data(), text.size()}; }

using otel::sdk::common::internal_log::GlobalLogHandler;
using LogHandlerPtr = otel::nostd::shared_ptr<otel::sdk::common::internal_log::LogHandler>;

// What the library has to say, in our log.
class ToLog final : public otel::sdk::common::internal_log::LogHandler {
 public:
  explicit ToLog(base::Log& log) : log_(log) {}
  void Handle(otel::sdk::common::internal_log::LogLevel level, const char*, int, const char* message,
              const otel::sdk::common::AttributeMap&) noexcept override {
    if (level > otel::sdk::common::internal_log::LogLevel::Warning) return;
    log_.Warning("otlp").Add("message", message == nullptr ? "" : message);
  }

 private:
  base::Log& log_;
};

class OtlpSpan final : public base::Span {
 public:
  explicit OtlpSpan(otel::nostd::shared_ptr<otel::trace::Span> span) : span_(std::move(span)) {}
  ~OtlpSpan() override { span_->End(); }

  base::SpanId id() const override {
    base::SpanId id;
    const otel::trace::SpanContext context = span_->GetContext();
    context.trace_id().CopyBytesTo(id.trace);
    context.span_id().CopyBytesTo(id.span);
    id.sampled = context.IsSampled();
    return id;
  }
  void Set(std::string_view key, std::string_view value) override { span_->SetAttribute(ToOtel(key), ToOtel(value)); }
  void Set(std::string_view key, std::int64_t value) override { span_->SetAttribute(ToOtel(key), value); }
  void Fail(std::string_view why) override { span_->SetStatus(otel::trace::StatusCode::kError, ToOtel(why)); }

 private:
  const otel::nostd::shared_ptr<otel::trace::Span> span_;
};

class OtlpTracer final : public base::Tracer {
 public:
  OtlpTracer(const config::v1::Tracing& tracing, base::Log& log) {
    GlobalLogHandler::SetLogHandler(LogHandlerPtr(new ToLog(log)));
    otel::exporter::otlp::OtlpHttpExporterOptions exporter;
    exporter.url = tracing.otlp_endpoint();
    exporter.timeout = std::chrono::seconds(1);
    otel::sdk::trace::BatchSpanProcessorOptions batches;
    batches.max_queue_size = 2048;
    batches.schedule_delay_millis = std::chrono::milliseconds(1000);
    provider_ = otel::sdk::trace::TracerProviderFactory::Create(
        otel::sdk::trace::BatchSpanProcessorFactory::Create(
            otel::exporter::otlp::OtlpHttpExporterFactory::Create(exporter), batches),
        otel::sdk::resource::Resource::Create(
            {{"service.name", "taskgateway"}, {"service.version", TASKGATEWAY_VERSION}}),
        otel::sdk::trace::ParentBasedSamplerFactory::Create(
            otel::sdk::trace::TraceIdRatioBasedSamplerFactory::Create(tracing.sample_ratio())));
    tracer_ = provider_->GetTracer("taskgateway", TASKGATEWAY_VERSION);
  }
  ~OtlpTracer() override {
    provider_->Shutdown();
    GlobalLogHandler::SetLogHandler(LogHandlerPtr(new otel::sdk::common::internal_log::NoopLogHandler));
  }

  std::unique_ptr<base::Span> Begin(std::string_view name, base::SpanKind kind, const base::SpanId& parent) override {
    otel::trace::StartSpanOptions options;
    options.kind = kind == base::SpanKind::kServer   ? otel::trace::SpanKind::kServer
                   : kind == base::SpanKind::kClient ? otel::trace::SpanKind::kClient
                                                     : otel::trace::SpanKind::kInternal;
    if (parent.valid()) {
      options.parent = otel::trace::SpanContext(
          otel::trace::TraceId(parent.trace), otel::trace::SpanId(parent.span),
          otel::trace::TraceFlags(parent.sampled ? otel::trace::TraceFlags::kIsSampled : 0), /*is_remote=*/true);
    } else {
      // No span of this thread's, which the library would take.
      options.parent = otel::trace::SpanContext::GetInvalid();
    }
    auto span = tracer_->StartSpan(ToOtel(name), options);
    return span->IsRecording() ? std::make_unique<OtlpSpan>(std::move(span)) : nullptr;
  }

 private:
  std::unique_ptr<otel::sdk::trace::TracerProvider> provider_;
  otel::nostd::shared_ptr<otel::trace::Tracer> tracer_;
};

}  // namespace

bool CanTrace() { return true; }

std::unique_ptr<base::Tracer> MakeOtlpTracer(const config::v1::Tracing& tracing, base::Log& log) {
  return tracing.otlp_endpoint().empty() ? nullptr : std::make_unique<OtlpTracer>(tracing, log);
}

}  // namespace taskgateway::server

#else

namespace taskgateway::server {

bool CanTrace() { return false; }

std::unique_ptr<base::Tracer> MakeOtlpTracer(const config::v1::Tracing&, base::Log&) { return nullptr; }

}  // namespace taskgateway::server
#endif

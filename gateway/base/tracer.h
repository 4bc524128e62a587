// Spans: what a call spent its time on, for whoever collects them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace taskgateway::base {

// Which span of which trace, as W3C Trace Context has it. All zero: none.
struct SpanId {
  std::array<std::uint8_t, 16> trace = {};
  std::array<std::uint8_t, 8> span = {};
  bool sampled = false;

  bool valid() const { return trace != std::array<std::uint8_t, 16>{} && span != std::array<std::uint8_t, 8>{}; }
};

// Something that takes time, from when it is made until it goes. One thread at a time.
class Span {
 public:
  virtual ~Span() = default;

  virtual SpanId id() const = 0;
  // `key` as the semantic conventions of OpenTelemetry have it. Values of parameters, outputs and logs, and secrets,
  // are none.
  virtual void Set(std::string_view key, std::string_view value) = 0;
  virtual void Set(std::string_view key, std::int64_t value) = 0;
  // It did not come to a good end. `why` is safe to show.
  virtual void Fail(std::string_view why) = 0;
};

// What a span is of.
enum class SpanKind { kInternal, kServer, kClient };

// Thread-safe; never blocks.
class Tracer {
 public:
  virtual ~Tracer() = default;

  // Begins a span. `name` is one of few. Without a valid `parent` it begins a trace. Null when the span is not sampled.
  virtual std::unique_ptr<Span> Begin(std::string_view name, SpanKind kind, const SpanId& parent) = 0;
};

}  // namespace taskgateway::base

// Spans that tests can look at.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/tracer.h"

namespace taskgateway::support {

// Keeps every span that has ended. One thread.
class FakeTracer final : public base::Tracer {
 public:
  struct Ended {
    std::string name;
    base::SpanId id;
    base::SpanId parent;
    std::string failure;
    std::vector<std::string> attributes;  // `key=value`
  };

  std::unique_ptr<base::Span> Begin(std::string_view name, base::SpanKind, const base::SpanId& parent) override {
    return std::make_unique<FakeSpan>(*this, std::string(name), parent);
  }
  const std::vector<Ended>& ended() const { return ended_; }

 private:
  class FakeSpan final : public base::Span {
   public:
    FakeSpan(FakeTracer& tracer, std::string name, const base::SpanId& parent) : tracer_(tracer) {
      ended_.name = std::move(name);
      ended_.parent = parent;
      ended_.id.trace.fill(1);
      ended_.id.span.back() = ++tracer.last_;
    }
    ~FakeSpan() override { tracer_.ended_.push_back(std::move(ended_)); }
    base::SpanId id() const override { return ended_.id; }
    void Set(std::string_view key, std::string_view value) override {
      ended_.attributes.push_back(std::string(key) + "=" + std::string(value));
    }
    void Set(std::string_view key, std::int64_t value) override { Set(key, std::to_string(value)); }
    void Fail(std::string_view why) override { ended_.failure = why; }

   private:
    FakeTracer& tracer_;
    Ended ended_;
  };

  std::uint8_t last_ = 0;
  std::vector<Ended> ended_;
};

}  // namespace taskgateway::support

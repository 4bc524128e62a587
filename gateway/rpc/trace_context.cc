#include "gateway/rpc/trace_context.h"

#include <algorithm>
#include <iterator>

#include "adapters/core/hex.h"

namespace taskgateway::rpc {
namespace {

// version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t kVersion = 2, kTraceId = 32, kParentId = 16, kFlags = 2;
constexpr std::size_t kLength = kVersion + 1 + kTraceId + 1 + kParentId + 1 + kFlags;

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) { return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos; }

int Digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// The call's header; empty when it has none, or more than one.
std::string_view HeaderOf(const grpc::ServerContextBase& context) {
  const auto [begin, end] = context.client_metadata().equal_range("traceparent");
  if (begin == end || std::next(begin) != end) return "";
  return {begin->second.data(), begin->second.size()};
}

}  // namespace

std::string_view TraceIdOf(std::string_view traceparent) {
  if (traceparent.size() < kLength) return "";
  const std::string_view version = traceparent.substr(0, kVersion);
  const std::string_view trace_id = traceparent.substr(kVersion + 1, kTraceId);
  const std::string_view parent_id = traceparent.substr(kVersion + 1 + kTraceId + 1, kParentId);
  const std::string_view flags = traceparent.substr(kLength - kFlags, kFlags);
  const bool hyphens = traceparent[kVersion] == '-' && traceparent[kVersion + 1 + kTraceId] == '-' &&
                       traceparent[kLength - kFlags - 1] == '-';
  if (!hyphens || !IsHex(version) || version == "ff" || !IsId(trace_id) || !IsId(parent_id) || !IsHex(flags)) return "";
  const bool longer = traceparent.size() > kLength;
  if (longer && (version == "00" || traceparent[kLength] != '-')) return "";
  return trace_id;
}

std::string_view TraceIdOf(const grpc::ServerContextBase& context) { return TraceIdOf(HeaderOf(context)); }

base::SpanId SpanOf(std::string_view traceparent) {
  base::SpanId span;
  if (TraceIdOf(traceparent).empty()) return span;
  const auto read = [&traceparent](std::size_t at, auto& bytes) {
    for (std::uint8_t& byte : bytes) {
      byte = static_cast<std::uint8_t>(Digit(traceparent[at]) * 16 + Digit(traceparent[at + 1]));
      at += 2;
    }
  };
  read(kVersion + 1, span.trace);
  read(kVersion + 1 + kTraceId + 1, span.span);
  span.sampled = (Digit(traceparent[kLength - 1]) & 1) != 0;
  return span;
}

base::SpanId ParentOf(const grpc::ServerContextBase& context) { return SpanOf(HeaderOf(context)); }

std::string TraceIdText(const base::SpanId& span) {
  std::string text;
  core::AppendHex(span.trace, &text);
  return text;
}

}  // namespace taskgateway::rpc

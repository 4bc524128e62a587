#include "gateway/base/log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/utf8.h"

namespace taskgateway::base {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"debug", "info", "warning", "error"};

std::string Rfc3339(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()); }

// Appends `text`, which is UTF-8, as a JSON string.
void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->append({'\\', c});
    } else if (c == '\n') {
      out->append("\\n");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", c);
      out->append(escape.data());
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

}  // namespace

std::string_view SeverityWord(Severity severity) { return kWords[static_cast<std::size_t>(severity)]; }

std::optional<Severity> ParseSeverity(std::string_view word) {
  const auto* found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Severity>(found - kWords.begin());
}

LogLine::LogLine(LogLine&& other) noexcept : log_(std::exchange(other.log_, nullptr)), text_(std::move(other.text_)) {}

LogLine::~LogLine() {
  if (log_ != nullptr) log_->Write(std::move(text_));
}

LogLine& LogLine::Add(std::string_view key, std::string_view value) {
  if (log_ == nullptr) return *this;
  static constexpr std::string_view kEllipsis = "\u2026";
  std::string text;
  core::CopyUtf8(value.substr(0, kMaxValueBytes + 1), &text);
  if (text.size() > kMaxValueBytes) {
    text.resize(core::CutUtf8(text, kMaxValueBytes - kEllipsis.size()).size());
    text.append(kEllipsis);
  }
  std::string json;
  AppendJsonString(text, &json);
  return AddLiteral(key, json);
}

LogLine& LogLine::Add(std::string_view key, double value) {
  return AddLiteral(key, std::isfinite(value) ? absl::StrCat(value) : "null");
}

LogLine& LogLine::Add(std::string_view key, absl::Duration value) {
  return Add(absl::StrCat(absl::string_view(key.data(), key.size()), "_ms"), absl::ToDoubleMilliseconds(value));
}

LogLine& LogLine::Add(std::string_view key, absl::Time value) { return Add(key, Rfc3339(value)); }

LogLine& LogLine::Add(std::string_view key, const absl::Status& value) {
  const std::string name(key);
  Add(name, value.ok() ? "OK" : absl::StatusCodeToString(value.code()));
  if (!value.ok()) Add(name + "_message", std::string_view(value.message().data(), value.message().size()));
  return *this;
}

LogLine& LogLine::AddLiteral(std::string_view key, std::string_view json) {
  if (log_ == nullptr) return *this;
  if (text_.size() > 1) text_.push_back(',');
  AppendJsonString(key, &text_);
  text_.push_back(':');
  text_.append(json);
  return *this;
}

LogLine Log::Line(Severity severity, std::string_view event) {
  if (!Enabled(severity)) return LogLine(nullptr);
  const std::optional<std::int64_t> suppressed = Admit(event, clock_.Uptime());
  return suppressed ? Begin(severity, event, *suppressed) : LogLine(nullptr);
}

LogLine Log::Line(Severity severity, FrequentLogEvent& event, absl::Duration uptime) {
  if (!Enabled(severity)) return LogLine(nullptr);
  const std::int64_t now = absl::ToInt64Nanoseconds(uptime);
  if (now >= event.silent_until_.load(std::memory_order_relaxed)) {
    if (const std::optional<std::int64_t> suppressed = Admit(event.name_, uptime)) {
      const std::uint64_t dropped = event.dropped_.Value();
      const std::uint64_t told = event.told_.exchange(dropped, std::memory_order_relaxed);
      // Of two that come at once, the later may have counted less.
      const std::uint64_t news = dropped > told ? dropped - told : 0;
      return Begin(severity, event.name_, *suppressed + static_cast<std::int64_t>(news));
    }
    // Until there can be a token again.
    event.silent_until_.store(now + static_cast<std::int64_t>(1e9 / limits_.lines_per_second),
                              std::memory_order_relaxed);
    return LogLine(nullptr);  // Admit has counted it
  }
  event.dropped_.Add();
  return LogLine(nullptr);
}

LogLine Log::Begin(Severity severity, std::string_view event, std::int64_t suppressed) {
  LogLine line(this);
  line.text_ = "{";
  line.Add("time", clock_.Now()).Add("severity", SeverityWord(severity)).Add("event", event);
  if (suppressed > 0) line.Add("suppressed", suppressed);
  return line;
}

std::optional<std::int64_t> Log::Admit(std::string_view event, absl::Duration now) {
  const MutexLock lock(tokens_mutex_);
  auto found = tokens_.find(event);
  if (found == tokens_.end()) {
    found = tokens_.emplace(std::string(event), Tokens{.left = limits_.burst, .refilled_at = now}).first;
  }
  Tokens& tokens = found->second;
  tokens.left =
      std::min(limits_.burst, tokens.left + absl::ToDoubleSeconds(now - tokens.refilled_at) * limits_.lines_per_second);
  tokens.refilled_at = now;
  if (tokens.left < 1) {
    ++tokens.suppressed;
    return std::nullopt;
  }
  tokens.left -= 1;
  return std::exchange(tokens.suppressed, 0);
}

void Log::Write(std::string line) {
  const MutexLock lock(sink_mutex_);
  if (lost_ > 0) absl::StrAppend(&line, ",\"lost\":", lost_);
  line.append("}\n");
  lost_ = sink_.Write(line) ? 0 : lost_ + 1;
}

}  // namespace taskgateway::base

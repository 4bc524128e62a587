// The structured log: one JSON object a line.
//
//   log.Info("task_read").Add("source", source).Add("attempts", 2).Add("took", took);
//
//   {"time":"2026-11-22T10:15:00.123Z","severity":"info","event":"task_read","source":"sc","attempts":2,"took_ms":41.2}
//
// It prints by allow-list: a line has what was added by name and nothing else. A secret has no adder, so it does not
// compile.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/counter.h"
#include "gateway/base/mutex.h"

namespace taskgateway::base {

enum class Severity { kDebug, kInfo, kWarning, kError };

// `debug`, `info`, `warning`, `error`: the words of the configuration and of the lines.
std::string_view SeverityWord(Severity severity);
// Nothing for any other word.
std::optional<Severity> ParseSeverity(std::string_view word);

// Where lines go. Called by one thread at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;

  // `line` ends with its newline. False: there is no room for it, and it is lost. Never waits.
  virtual bool Write(std::string_view line) = 0;
};

// How many lines of one event may pass. The rest is dropped and counted, and the next line of that event has the count
// as `suppressed`.
struct LogLimits {
  double lines_per_second = 100;
  double burst = 1000;
};

class Log;

// A line that is written when it goes, at the end of the statement that made it. Nothing is added to, or written of, a
// line below the log's level or beyond its limits.
class LogLine {
 public:
  // A value of text is cut at this many bytes, at a character's border, and then ends with `…`.
  static constexpr std::size_t kMaxValueBytes = 512;

  LogLine(LogLine&& other) noexcept;
  LogLine(const LogLine&) = delete;
  LogLine& operator=(const LogLine&) = delete;
  LogLine& operator=(LogLine&&) = delete;
  ~LogLine();

  // Whether it is going to be written: what is costly to find out need not be found out otherwise.
  bool wanted() const { return log_ != nullptr; }

  // Adds a field. Bytes that are not UTF-8 become U+FFFD.
  LogLine& Add(std::string_view key, std::string_view value);
  LogLine& Add(std::string_view key, const std::string& value) { return Add(key, std::string_view(value)); }
  LogLine& Add(std::string_view key, const char* value) { return Add(key, std::string_view(value)); }
  template <std::integral T>
  LogLine& Add(std::string_view key, T value) {
    if constexpr (std::same_as<T, bool>) {
      return AddLiteral(key, value ? "true" : "false");
    } else {
      return AddLiteral(key, std::to_string(value));
    }
  }
  // Infinity and not-a-number become null.
  LogLine& Add(std::string_view key, double value);
  // As `{key}_ms`, a number of milliseconds.
  LogLine& Add(std::string_view key, absl::Duration value);
  // As `{key}`, RFC 3339 in UTC with milliseconds.
  LogLine& Add(std::string_view key, absl::Time value);
  // As `{key}` with the code's word and, unless it is OK, `{key}_message`.
  LogLine& Add(std::string_view key, const absl::Status& value);
  // Whatever else: say how it prints.
  template <typename T>
  requires(!std::integral<T>) LogLine& Add(std::string_view key, const T& value) = delete;

 private:
  friend class Log;
  explicit LogLine(Log* log) : log_(log) {}
  LogLine& AddLiteral(std::string_view key, std::string_view json);

  Log* log_;  // null: the line is not written
  std::string text_;
};

// An event that comes with every call. While its limit is used up, its lines are dropped without a lock. Thread-safe.
class FrequentLogEvent {
 public:
  // `name` outlives it.
  explicit FrequentLogEvent(std::string_view name) : name_(name) {}
  FrequentLogEvent(const FrequentLogEvent&) = delete;
  FrequentLogEvent& operator=(const FrequentLogEvent&) = delete;

 private:
  friend class Log;
  const std::string_view name_;
  std::atomic<std::int64_t> silent_until_ = 0;  // Uptime, nanoseconds
  Counter dropped_;
  std::atomic<std::uint64_t> told_ = 0;  // of dropped_, in lines so far
};

// Thread-safe. Lines may come in another order than they were begun, but never mixed. The line behind some that the
// sink had no room for has their number as `lost`.
class Log {
 public:
  // Writes lines of `info` and above. Both outlive the log, and the log outlives its lines.
  Log(const Clock& clock, LogSink& sink, const LogLimits& limits = {}) : clock_(clock), sink_(sink), limits_(limits) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // The least severity that is written.
  void SetLevel(Severity level) { level_.store(level, std::memory_order_relaxed); }
  Severity level() const { return level_.load(std::memory_order_relaxed); }
  bool Enabled(Severity severity) const { return severity >= level_.load(std::memory_order_relaxed); }

  // Begins a line. `event` says what happened in snake_case and is one of few: each one is remembered with its limits.
  LogLine Line(Severity severity, std::string_view event);
  // `uptime` is now: who has a busy event to tell has just looked at the clock.
  LogLine Line(Severity severity, FrequentLogEvent& event, absl::Duration uptime);
  LogLine Debug(std::string_view event) { return Line(Severity::kDebug, event); }
  LogLine Info(std::string_view event) { return Line(Severity::kInfo, event); }
  LogLine Warning(std::string_view event) { return Line(Severity::kWarning, event); }
  LogLine Error(std::string_view event) { return Line(Severity::kError, event); }

 private:
  friend class LogLine;
  struct Tokens {
    double left;
    absl::Duration refilled_at;
    std::int64_t suppressed = 0;
  };

  // The lines of `event` that were dropped since the last one that passed, or nothing when this one is to be dropped
  // too.
  std::optional<std::int64_t> Admit(std::string_view event, absl::Duration now);
  LogLine Begin(Severity severity, std::string_view event, std::int64_t suppressed);
  // `line` without its end.
  void Write(std::string line);

  const Clock& clock_;
  LogSink& sink_;
  const LogLimits limits_;
  std::atomic<Severity> level_ = Severity::kInfo;
  Mutex tokens_mutex_;
  std::map<std::string, Tokens, std::less<>> tokens_;  // guarded by tokens_mutex_
  Mutex sink_mutex_;                                   // held while the sink writes
  std::int64_t lost_ = 0;                              // guarded by sink_mutex_
};

}  // namespace taskgateway::base

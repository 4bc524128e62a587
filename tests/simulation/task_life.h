// The life of one simulated task, which is the truth about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/random.h"

namespace taskgateway::simulation {

// A run, from its begin: tasks live, then trouble ends too, then whoever waits has time to be told.
inline constexpr absl::Duration kTasksEnd = absl::Minutes(5);
inline constexpr absl::Duration kTroubleEnds = absl::Minutes(6);
inline constexpr absl::Duration kEverythingIsTold = absl::Minutes(12);

// From one moment to another, since the run began.
struct Span {
  absl::Duration begin;
  absl::Duration end;

  bool Has(absl::Duration moment) const { return begin <= moment && moment < end; }
};

struct LogEntry {
  std::string command;
  std::string stream;
  std::string content;

  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};
using LogEntries = std::vector<LogEntry>;

// What the upstream knows at any moment. All moments are since the run began.
class TaskLife {
 public:
  // By chance. A task that is `quiet` has a small log and no trouble of its own.
  TaskLife(std::string source, std::string id, bool quiet, base::Random& random);

  std::string StateAt(absl::Duration moment) const;
  bool IsDoneAt(absl::Duration moment) const { return moment >= done_at_; }
  // How the log reads: it grows while the task runs, and some logs are rewritten once.
  LogEntries LogAt(absl::Duration moment) const;
  LogEntries FinalLog() const { return LogAt(done_at_); }

  const std::string source;
  const std::string id;
  const bool quiet;    // only followed by its full name, so that it is read by its schedule alone
  absl::Time created;  // infinite past: the upstream does not say
  Span missing{};      // 404
  Span denied{};       // 403

 private:
  struct Growth {
    absl::Duration at;
    std::size_t entry;
    std::string content;
    bool rewritten;  // behind the rewriting this content stands in place of the first one
  };

  absl::Duration running_at_;
  absl::Duration unknown_at_;  // an unknown word for a while
  absl::Duration done_at_;
  std::string end_;
  std::vector<LogEntry> heads_;  // command and stream of each entry
  std::vector<Growth> growth_;
  absl::Duration rewritten_at_ = absl::InfiniteDuration();
  std::size_t rewritten_from_ = 0;  // entry
};

}  // namespace taskgateway::simulation

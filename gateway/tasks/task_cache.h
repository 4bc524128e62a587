// What the gateway remembers of tasks.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"
#include "gateway/tasks/read_counters.h"
#include "gateway/tasks/reading.h"

namespace taskgateway::tasks {

// Readings up to this age are good enough for a caller who does not say otherwise.
inline constexpr absl::Duration kDefaultStaleness = absl::Seconds(1);

// The last reading of each task, by canonical name. Thread-safe: gRPC's threads look, the loop stores.
//
// Retention and freshness are two things. An entry is kept until it has not been asked for in 10 minutes (a task that
// is not done), for an hour (a done task), for 2 s (not found), or until its room is needed. It is fresh when it is
// young enough for the caller; a done task always is.
class TaskCache {
 public:
  // What the cache knows of a task.
  struct Found {
    // Answers the caller. A null pointer: not found, with `not_found`.
    bool fresh = false;
    SharedReading reading;
    absl::Status not_found;

    bool nothing() const { return reading == nullptr && not_found.ok(); }
  };

  // Keeps at most `max_bytes`, counted as what a reading may come to hold. Both references outlive the cache.
  TaskCache(const base::Clock& clock, std::size_t max_bytes, ReadCounters& counters);
  TaskCache(const TaskCache&) = delete;
  TaskCache& operator=(const TaskCache&) = delete;

  // Looks `name` up for a caller who accepts readings up to `max_staleness` old; infinite accepts what there is, 0
  // nothing but a done task. With `raw`, only a reading that has the upstream's JSON is fresh. Counts nothing.
  Found Find(std::string_view name, absl::Duration max_staleness, bool raw);

  // Keeps a reading that was taken at `read_at` (Uptime), and returns the one to show in its place: a task that is
  // remembered as done stays as it was.
  SharedReading Keep(const std::string& name, SharedReading reading, absl::Duration read_at);
  // Keeps that there is no such task. A task that is remembered as done stays.
  void KeepNotFound(const std::string& name, absl::Status status);
  // Forgets a task that is not done, because something has been done to it.
  void Drop(std::string_view name);
  // Lets go of everything whose time is over. Without it, that happens when something else is kept.
  void Sweep();

  // Bytes that are counted as held.
  std::size_t bytes() const;
  ReadCounters& counters() { return counters_; }

 private:
  enum Kind { kLive, kDone, kNotFound };
  static constexpr std::size_t kKinds = 3;
  static constexpr std::size_t kShards = 16;

  struct Entry {
    const std::string* name;  // the key in `by_name`
    Kind kind;
    SharedReading reading;
    absl::Status not_found;
    absl::Duration read_at;     // Uptime
    absl::Duration kept_since;  // Uptime: the last look at a live task, the storing of all else
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  struct Shard {
    mutable base::Mutex mutex;
    std::unordered_map<std::string, Entries::iterator, Hash, std::equal_to<>> by_name;
    std::array<Entries, kKinds> entries;  // each the longest kept last
    std::size_t bytes = 0;
  };

  Shard& ShardOf(std::string_view name);
  void Store(Shard& shard, const std::string& name, Entry entry);
  void Erase(Shard& shard, Entries::iterator entry);
  void EraseExpired(Shard& shard, absl::Duration now);
  void MakeRoom(Shard& shard, absl::Duration now);

  const base::Clock& clock_;
  const std::size_t max_shard_bytes_;
  ReadCounters& counters_;
  std::array<Shard, kShards> shards_;
};

}  // namespace taskgateway::tasks

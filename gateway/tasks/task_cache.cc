#include "gateway/tasks/task_cache.h"

#include <functional>
#include <utility>

namespace taskgateway::tasks {
namespace {

// How long an entry of each kind is kept: live, done, not found.
constexpr absl::Duration kRetention[] = {absl::Minutes(10), absl::Hours(1), absl::Seconds(2)};
// A node of the map, one of the list, and what the allocator adds to each.
constexpr std::size_t kNodeBytes = 128;

}  // namespace

TaskCache::TaskCache(const base::Clock& clock, std::size_t max_bytes, ReadCounters& counters)
    : clock_(clock), max_shard_bytes_(max_bytes / kShards), counters_(counters) {}

TaskCache::Shard& TaskCache::ShardOf(std::string_view name) {
  // The high bits: the map inside the shard uses the low ones.
  return shards_[(Hash()(name) >> 48) % kShards];
}

TaskCache::Found TaskCache::Find(std::string_view name, absl::Duration max_staleness, bool raw) {
  const absl::Duration now = clock_.Uptime();
  Shard& shard = ShardOf(name);
  Found found;
  base::MutexLock lock(shard.mutex);
  const auto at = shard.by_name.find(name);
  if (at == shard.by_name.end()) return found;
  Entry& entry = *at->second;
  if (now - entry.kept_since >= kRetention[entry.kind]) {
    Erase(shard, at->second);
    return found;
  }
  found.reading = entry.reading;
  found.not_found = entry.not_found;
  switch (entry.kind) {
    case kNotFound:
      found.fresh = max_staleness > absl::ZeroDuration();
      break;
    case kDone:
      found.fresh = !raw || entry.reading->has_raw();
      break;
    case kLive:
      found.fresh = max_staleness > absl::ZeroDuration() && now - entry.read_at <= max_staleness &&
                    (!raw || entry.reading->has_raw());
      entry.kept_since = now;
      Entries& live = shard.entries[kLive];
      if (&live.front() != &entry) live.splice(live.begin(), live, at->second);
      break;
  }
  return found;
}

SharedReading TaskCache::Keep(const std::string& name, SharedReading reading, absl::Duration read_at) {
  const absl::Duration now = clock_.Uptime();
  const bool done = reading->done();
  const std::size_t bytes = kNodeBytes + sizeof(Entry) + name.size() + reading->BytesHeld();
  const Kind kind = done ? kDone : kLive;
  SharedReading replaced;  // let go of without the lock
  Shard& shard = ShardOf(name);
  base::MutexLock lock(shard.mutex);
  EraseExpired(shard, now);
  const auto at = shard.by_name.find(name);
  if (at == shard.by_name.end()) {
    Store(shard, name, {nullptr, kind, reading, absl::OkStatus(), read_at, now, bytes});
  } else {
    Entry& entry = *at->second;
    if (entry.kind == kDone && entry.reading->state() != reading->state()) {
      counters_.regressions.Add();
      return entry.reading;
    }
    Entries& entries = shard.entries[kind];
    entries.splice(entries.begin(), shard.entries[entry.kind], at->second);
    shard.bytes += bytes - entry.bytes;
    replaced = std::exchange(entry.reading, reading);
    entry = {entry.name, kind, std::move(entry.reading), absl::OkStatus(), read_at, now, bytes};
  }
  MakeRoom(shard, now);
  return reading;
}

void TaskCache::KeepNotFound(const std::string& name, absl::Status status) {
  const absl::Duration now = clock_.Uptime();
  // Its details are below the caps of the status catalogue.
  const std::size_t bytes = kNodeBytes + sizeof(Entry) + name.size() + std::size_t{2048};
  Shard& shard = ShardOf(name);
  base::MutexLock lock(shard.mutex);
  EraseExpired(shard, now);
  if (const auto at = shard.by_name.find(name); at != shard.by_name.end()) {
    if (at->second->kind == kDone) return;
    Erase(shard, at->second);
  }
  Store(shard, name, {nullptr, kNotFound, nullptr, std::move(status), now, now, bytes});
  MakeRoom(shard, now);
}

void TaskCache::Drop(std::string_view name) {
  Shard& shard = ShardOf(name);
  base::MutexLock lock(shard.mutex);
  const auto at = shard.by_name.find(name);
  if (at != shard.by_name.end() && at->second->kind != kDone) Erase(shard, at->second);
}

void TaskCache::Sweep() {
  for (Shard& shard : shards_) {
    base::MutexLock lock(shard.mutex);
    EraseExpired(shard, clock_.Uptime());
  }
}

std::size_t TaskCache::bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    base::MutexLock lock(shard.mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

void TaskCache::Store(Shard& shard, const std::string& name, Entry entry) {
  Entries& entries = shard.entries[entry.kind];
  shard.bytes += entry.bytes;
  entries.push_front(std::move(entry));
  const auto [at, added] = shard.by_name.emplace(name, entries.begin());
  entries.front().name = &at->first;
}

void TaskCache::Erase(Shard& shard, Entries::iterator entry) {
  shard.bytes -= entry->bytes;
  shard.by_name.erase(shard.by_name.find(*entry->name));
  shard.entries[entry->kind].erase(entry);
}

void TaskCache::EraseExpired(Shard& shard, absl::Duration now) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    Entries& entries = shard.entries[kind];
    while (!entries.empty() && now - entries.back().kept_since >= kRetention[kind]) {
      Erase(shard, std::prev(entries.end()));
    }
  }
}

void TaskCache::MakeRoom(Shard& shard, absl::Duration now) {
  while (shard.bytes > max_shard_bytes_) {
    // Of the entries that are next of their kind, the one kept longest.
    Entries* oldest = nullptr;
    absl::Duration longest = -absl::InfiniteDuration();
    for (Entries& entries : shard.entries) {
      if (entries.empty() || now - entries.back().kept_since <= longest) continue;
      longest = now - entries.back().kept_since;
      oldest = &entries;
    }
    Erase(shard, std::prev(oldest->end()));
    counters_.evictions.Add();
  }
}

}  // namespace taskgateway::tasks

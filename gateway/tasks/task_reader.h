// Reads of tasks: many callers, one upstream call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tasks/log_point.h"
#include "gateway/tasks/reading.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_cache.h"
#include "gateway/upstream/upstream_call.h"

namespace taskgateway::tasks {

// What one caller wants to know.
struct ReadRequest {
  Source* source = nullptr;
  std::string task_id;
  // Not empty: whichever task is this product's latest. Only for those who resolve it before they ask the reader.
  std::string provisioned_product_id = {};
  bool raw = false;  // the reading must have the upstream's JSON
  bool log = false;  // the upstream must be asked, since nothing remembers whole logs; a read under way will do
  // The oldest reading that will do, 0 or more. 0: the upstream must be asked after this moment, unless the task is
  // done.
  absl::Duration max_staleness = kDefaultStaleness;
  bool poll = false;                                   // goes behind other reads when the budget is short
  absl::Duration deadline = absl::InfiniteDuration();  // Uptime
  base::SpanId parent_span = {};  // of the caller; the upstream call that a read starts is below it
};

// For `max_staleness`: no reading from before this moment will do, but one that is under way will.
inline constexpr absl::Duration kUnderWay = absl::Nanoseconds(1);

// Answers reads from the cache, or joins the reads of one task into flights. Belongs to the loop thread of `context`.
//
// A read joins the flight of its task or starts one. A read with max_staleness 0 never joins a flight that was already
// sent (nor a raw read one that is being decoded without it): such reads share one follow-up, which starts when the
// flight has ended; so a task has at most one flight and one follow-up. A flight has no deadline of its own: it goes on
// while somebody waits, and when the last one leaves it is aborted. What it brings is kept in the cache.
class TaskReader {
 public:
  using ReadId = std::uint64_t;
  using Done = std::function<void(absl::StatusOr<SharedReading>)>;

  // Hears of every reading that a flight brought, before those who asked for it; not of one that was outdated
  // meanwhile, unless the task is done.
  using Listener = std::function<void(Source& source, const std::string& task_id, const SharedReading& reading)>;

  // Hears of every log that a flight brought, before those who asked for it, with the task's reading. Not of the log of
  // a reply that is older than the end of the task: that is a part at best.
  using LogListener = std::function<void(Source& source, const std::string& task_id, const SharedReading& reading,
                                         const SharedLog& log)>;

  // Both outlive the reader.
  TaskReader(upstream::Context& context, TaskCache& cache);
  // Drops the reads under way without calling back.
  ~TaskReader();
  TaskReader(const TaskReader&) = delete;
  TaskReader& operator=(const TaskReader&) = delete;

  // Calls `done` once, never before Read returns: with the reading, with the upstream call's status, or with
  // DEADLINE_EXCEEDED. `done` may call Read and Leave.
  ReadId Read(ReadRequest request, Done done);
  // Ends a read without calling back; ignores one that has ended.
  void Leave(ReadId read);
  // Something has been done to the task: what the cache says of it is dropped, and what was asked before is neither
  // kept, unless it is the task's end, nor shared with reads to come. Those who wait for it get it. A task that is
  // known to be done stays as it is.
  void Outdate(Source& source, const std::string& task_id);
  // One listener, set once. It may call Read and Leave.
  void SetListener(Listener listener) { listener_ = std::move(listener); }
  void SetLogListener(LogListener listener) { log_listener_ = std::move(listener); }

  TaskCache& cache() { return cache_; }
  // Flights under way.
  std::size_t flights() const { return flights_.size(); }

 private:
  struct Flight;
  struct Waiter {
    bool raw;
    bool poll;
    absl::Duration deadline;
    base::SpanId span;  // of the caller
    Done done;
    base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
    Flight* flight = nullptr;  // under way: it waits for that one, or for the one that follows it
  };

  bool AnswerFromCache(ReadId id, std::string_view name, const ReadRequest& request, Waiter& waiter);
  void Begin(std::unique_ptr<Flight> flight);
  std::unique_ptr<Flight> TakeOff(Flight& flight);
  void End(Flight& flight, const absl::Status& status);
  void Answer(ReadId read, absl::StatusOr<SharedReading> result);

  upstream::Context& context_;
  TaskCache& cache_;
  Listener listener_;
  LogListener log_listener_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Flight>> flights_;  // by their own canonical names
  absl::flat_hash_map<ReadId, Waiter> waiters_;
  ReadId next_read_ = 1;
};

}  // namespace taskgateway::tasks

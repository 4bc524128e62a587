// What one watcher has not been told yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/mutex.h"
#include "gateway/tasks/task_update.h"
#include "taskgateway/v1/watch_tasks.pb.h"

namespace taskgateway::tasks {

// Holds the latest value of each target instead of a queue, so a slow reader skips states in between and memory stays
// bounded; the end of a task is its last value and so never skipped. An event is composed when it is taken: what it
// says of the state before is what this watcher was told before.
//
// The loop puts, whoever writes to the watcher takes. Thread-safe. One message is under way at a time, and the stream
// is finished once, when none is.
class WatchOutbox {
 public:
  // What a watcher says of a target.
  struct Target {
    std::string requested_name;
    bool canonical = true;                             // the requested name is the canonical one
    std::optional<v1::Task::State> resume_state = {};  // of the resume token
  };
  // What to do next.
  struct Step {
    enum Kind { kNothing, kWrite, kFinish };
    Kind kind = kNothing;
    // With kWrite: the message is both, one after the other. `own` overrides fields of `shared`.
    SharedBytes shared;
    std::string own;
  };

  explicit WatchOutbox(std::vector<Target> targets);
  WatchOutbox(const WatchOutbox&) = delete;
  WatchOutbox& operator=(const WatchOutbox&) = delete;

  // The target's task as it is now. Told when it differs in its etag from what was told, and behind trouble.
  void PutUpdate(std::size_t target, SharedUpdate update);
  // The target cannot be read. `retry_delay` is nothing when it leaves the stream.
  void PutTrouble(std::size_t target, absl::Status trouble, std::optional<absl::Duration> retry_delay);
  // The target is another one's task: it leaves the stream without a word.
  void Fold(std::size_t target);
  // Infinite past: unknown.
  void PutHeartbeat(absl::Time as_of);
  // The stream ends behind what is pending. The first reason counts; ALL_DONE needs no call.
  void Close(v1::WatchClosing::Reason reason);
  // The watcher is gone: nothing is written any more.
  void Cancel();

  // What to do now: write a message and call Written when that is done, or finish the stream.
  Step Take();
  void Written();

 private:
  struct Slot {
    Target target;
    SharedUpdate latest;
    SharedUpdate told;  // what the last event showed
    absl::Status trouble;
    std::optional<absl::Duration> retry_delay;
    bool update_pending = false;
    bool trouble_pending = false;
    bool snapshot_next = true;
    bool over = false;  // told of its end, or left
  };

  std::optional<Step> Next();
  std::optional<Step> NextOf(Slot& slot);
  static Step TellTrouble(Slot& slot);

  base::Mutex mutex_;
  std::vector<Slot> slots_;
  std::optional<absl::Time> heartbeat_;
  v1::WatchClosing::Reason closing_ = v1::WatchClosing::REASON_UNSPECIFIED;
  bool writing_ = false;
  bool closed_ = false;    // `closing` was written, or nobody reads
  bool finished_ = false;  // kFinish was taken
};

}  // namespace taskgateway::tasks

// Cancellations of tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_poller.h"
#include "gateway/tasks/task_reader.h"
#include "gateway/upstream/upstream_call.h"

namespace taskgateway::tasks {

// Sends cancellations, one upstream call each. It is repeated only when it surely was not sent or did not take effect.
// Once it was sent, whatever came of it, the task may be another one: what the cache says of it is dropped, what was
// read before is not kept, and a poller reads it often again. Belongs to the loop thread of `context`.
class TaskCanceller {
 public:
  using CancelId = std::uint64_t;
  // OK: the upstream took the request. FAILED_PRECONDITION TASK_ALREADY_DONE, or the upstream call's status.
  using Done = std::function<void(absl::Status)>;

  // All outlive the canceller.
  TaskCanceller(upstream::Context& context, TaskReader& reader, TaskPoller& poller);
  // Drops the calls under way without calling back.
  ~TaskCanceller();
  TaskCanceller(const TaskCanceller&) = delete;
  TaskCanceller& operator=(const TaskCanceller&) = delete;

  // Calls `done` once, never before Cancel returns. A task that is known to be done is answered without a call.
  // `deadline` is Uptime. Only for sources that can cancel.
  CancelId Cancel(Source& source, const std::string& task_id, absl::Duration deadline, Done done,
                  const base::SpanId& parent_span = {});
  // Nobody waits for the answer any more: what was sent goes on to its end, anything else is forgotten.
  void Leave(CancelId cancel);

 private:
  struct Cancellation;

  void Begin(CancelId id, Cancellation& cancellation);
  void End(CancelId id, const absl::Status& status);

  upstream::Context& context_;
  TaskReader& reader_;
  TaskPoller& poller_;
  std::map<CancelId, std::unique_ptr<Cancellation>> cancellations_;
  CancelId next_ = 1;
};

}  // namespace taskgateway::tasks

#include "gateway/tasks/decode_reading.h"

#include <utility>

#include "adapters/core/proto_time.h"
#include "adapters/core/reuse.h"
#include "gateway/tasks/etag.h"
#include "gateway/tasks/poll_interval.h"

namespace taskgateway::tasks {

void Complete(const Source& source, std::string_view name, absl::Time read_time, v1::Task* task) {
  task->mutable_name()->assign(name);
  task->set_source(source.name);
  core::SetTime(read_time, core::TakePart(task, &v1::Task::set_allocated_read_time));
  if (task->done()) return;
  // A task without a creation time, or with one in the future, counts as new.
  const absl::Duration age =
      task->has_create_time() ? read_time - absl::FromUnixSeconds(task->create_time().seconds()) : absl::ZeroDuration();
  core::SetDuration(PollInterval(task->state(), age, source.adapter().traits().min_poll_interval),
                    core::TakePart(task, &v1::Task::set_allocated_next_poll_delay));
}

Verdict DecodeReading(const Source& source, const TaskRef& ref, bool want_raw, absl::Time read_time,
                      core::HttpResponse response, SharedReading* reading, SharedLog* log) {
  const bool large = response.body.size() > upstream::kInlineDecodeBytes;
  Reply<DecodedTask> reply = source.adapter().DecodeGetTask(std::move(response), ref, want_raw);
  if (!reply.verdict.status.ok()) return std::move(reply.verdict);
  v1::Task& task = *reply.value.task;
  Complete(source, ref.name, read_time, &task);
  task.set_etag(Etag(task));
  // The reading keeps the end of the log, whoever reads the whole keeps the rest. Each reply has a log of its own: who
  // follows it tells by that that there was another one.
  *log = std::make_shared<const TaskLog>(std::move(reply.value.log));
  *reading = std::make_shared<const Reading>(task, **log, std::move(reply.value.raw));
  if (large) {
    // Whoever decodes a large reply is not the loop, which should not have to shape it either.
    for (const v1::TaskView view : {v1::TASK_VIEW_BASIC, v1::TASK_VIEW_FULL, v1::TASK_VIEW_RAW}) {
      (*reading)->Serialized(view);
    }
  }
  return std::move(reply.verdict);
}

}  // namespace taskgateway::tasks

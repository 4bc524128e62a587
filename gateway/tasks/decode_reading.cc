#include "gateway/tasks/decode_reading.h"

#include <utility>

#include "gateway/tasks/etag.h"
#include "gateway/tasks/poll_interval.h"

namespace taskgateway::tasks {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void SetDuration(absl::Duration duration, google::protobuf::Duration* out) {
  const std::int64_t seconds = absl::ToInt64Seconds(duration);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
}

}  // namespace

void Complete(const Source& source, std::string_view name, absl::Time read_time, v1::Task* task) {
  task->mutable_name()->assign(name);
  task->set_source(source.name);
  SetTime(read_time, task->mutable_read_time());
  if (task->done()) return;
  // A task without a creation time, or with one in the future, counts as new.
  const absl::Duration age =
      task->has_create_time() ? read_time - absl::FromUnixSeconds(task->create_time().seconds()) : absl::ZeroDuration();
  SetDuration(PollInterval(task->state(), age, source.adapter().traits().min_poll_interval),
              task->mutable_next_poll_delay());
}

Verdict DecodeReading(const Source& source, const TaskRef& ref, bool want_raw, absl::Time read_time,
                      core::HttpResponse response, SharedReading* reading) {
  const bool large = response.body.size() > upstream::kInlineDecodeBytes;
  Reply<DecodedTask> reply = source.adapter().DecodeGetTask(std::move(response), ref, want_raw);
  if (!reply.verdict.status.ok()) return std::move(reply.verdict);
  v1::Task& task = *reply.value.task;
  Complete(source, ref.name, read_time, &task);
  task.set_etag(Etag(task));
  *reading = std::make_shared<const Reading>(std::move(reply.value));
  if (large) {
    // Whoever decodes a large reply is not the loop, which should not have to shape it either.
    for (const v1::TaskView view : {v1::TASK_VIEW_BASIC, v1::TASK_VIEW_FULL, v1::TASK_VIEW_RAW}) {
      (*reading)->Serialized(view);
    }
  }
  return std::move(reply.verdict);
}

}  // namespace taskgateway::tasks

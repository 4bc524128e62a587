#include "gateway/tasks/reading.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "adapters/core/proto_time.h"
#include "gateway/tasks/log_tail.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::tasks {
namespace {

// Tag and length in front of a log entry, most bytes.
constexpr std::size_t kEntryFraming = 6;
// What the allocator and the shared pointer add to the five blocks of a reading.
constexpr std::size_t kBlockBytes = 96;

}  // namespace

Reading::Reading(const v1::Task& task, const TaskLog& log, std::optional<google::protobuf::Struct> raw)
    : name_(task.name()),
      source_(task.source()),
      etag_(task.etag()),
      state_(task.state()),
      done_(task.done()),
      create_time_(task.has_create_time() ? std::optional(core::TimeOf(task.create_time())) : std::nullopt),
      read_time_(core::TimeOf(task.read_time())),
      whole_(task.SerializeAsString()),
      log_tail_(TailOf(log, kLogTailBytes)),
      raw_(std::move(raw)) {}

v1::Task Reading::task() const {
  v1::Task task;
  std::ignore = task.ParseFromString(Serialized(v1::TASK_VIEW_BASIC));
  return task;
}

const std::string& Reading::Serialized(v1::TaskView view) const {
  Reply* reply = &basic_;
  if (view == v1::TASK_VIEW_RAW && raw_.has_value()) {
    reply = &raw_reply_;
  } else if ((view == v1::TASK_VIEW_FULL || view == v1::TASK_VIEW_RAW) && !log_tail_.empty()) {
    reply = &full_;
  } else if (whole_.size() <= kMaxReplyBytes) {
    return whole_;
  }
  if (!reply->made.load(std::memory_order_acquire)) {
    base::MutexLock lock(mutex_);
    if (!reply->made.load(std::memory_order_relaxed)) Serialize(view, &reply->bytes);
    reply->made.store(true, std::memory_order_release);
  }
  return reply->bytes;
}

std::size_t Reading::BytesHeld() const {
  std::size_t full = whole_.size();
  for (const v1::TaskLogEntry& entry : log_tail_) full += entry.ByteSizeLong() + kEntryFraming;
  const std::size_t raw = raw_.has_value() ? full + raw_->ByteSizeLong() : 0;
  std::size_t bytes = sizeof(*this) + kBlockBytes + name_.capacity() + source_.capacity() + etag_.capacity() +
                      whole_.capacity() + log_tail_.SpaceUsedExcludingSelfLong();
  if (raw_.has_value()) bytes += raw_->SpaceUsedLong();
  if (whole_.size() > kMaxReplyBytes) bytes += kMaxReplyBytes;
  if (!log_tail_.empty()) bytes += std::min(full, kMaxReplyBytes);
  return bytes + std::min(raw, kMaxReplyBytes);
}

void Reading::Serialize(v1::TaskView view, std::string* bytes) const {
  v1::Task beside;
  if (view == v1::TASK_VIEW_FULL || view == v1::TASK_VIEW_RAW) *beside.mutable_logs() = log_tail_;
  if (view == v1::TASK_VIEW_RAW && raw_.has_value()) *beside.mutable_raw() = *raw_;
  const std::size_t size = whole_.size() + beside.ByteSizeLong();
  if (size <= kMaxReplyBytes) {
    // The fields of a message may be written one part behind the other.
    bytes->reserve(size);
    bytes->append(whole_);
    std::ignore = beside.AppendToString(bytes);
    return;
  }
  std::ignore = beside.MergeFromString(whole_);
  FitReply(kMaxReplyBytes, &beside);
  *bytes = beside.SerializeAsString();
}

}  // namespace taskgateway::tasks

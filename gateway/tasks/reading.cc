#include "gateway/tasks/reading.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "gateway/tasks/log_tail.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::tasks {
namespace {

// Tag and length in front of a log entry, most bytes.
constexpr std::size_t kEntryFraming = 6;

}  // namespace

Reading::Reading(ArenaTask task, const TaskLog& log, std::optional<google::protobuf::Struct> raw)
    : task_(std::move(task)),
      basic_bytes_(task_->ByteSizeLong()),
      log_tail_(TailOf(log, kLogTailBytes)),
      raw_(std::move(raw)) {}

const std::string& Reading::Serialized(v1::TaskView view) const {
  Reply* reply = &basic_;
  if (view == v1::TASK_VIEW_RAW && raw_.has_value()) {
    reply = &raw_reply_;
  } else if (view == v1::TASK_VIEW_FULL || view == v1::TASK_VIEW_RAW) {
    reply = &full_;
  }
  if (!reply->made.load(std::memory_order_acquire)) {
    base::MutexLock lock(mutex_);
    if (!reply->made.load(std::memory_order_relaxed)) Serialize(view, &reply->bytes);
    reply->made.store(true, std::memory_order_release);
  }
  return reply->bytes;
}

std::size_t Reading::BytesHeld() const {
  std::size_t full = basic_bytes_;
  for (const v1::TaskLogEntry& entry : log_tail_) full += entry.ByteSizeLong() + kEntryFraming;
  const std::size_t raw = raw_.has_value() ? full + raw_->ByteSizeLong() : 0;
  std::size_t bytes =
      sizeof(*this) - sizeof(task_) + task_.SpaceUsed(basic_bytes_) + log_tail_.SpaceUsedExcludingSelfLong();
  if (raw_.has_value()) bytes += raw_->SpaceUsedLong();
  for (const std::size_t reply : {basic_bytes_, full, raw}) bytes += std::min(reply, kMaxReplyBytes);
  return bytes;
}

void Reading::Serialize(v1::TaskView view, std::string* bytes) const {
  // The usual task is far below the limit and is written without being copied.
  const bool basic = view != v1::TASK_VIEW_FULL && view != v1::TASK_VIEW_RAW;
  if (basic && basic_bytes_ <= kMaxReplyBytes) {
    bytes->resize(basic_bytes_);
    std::ignore = task_->SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(bytes->data()));
    return;
  }
  v1::Task shaped = *task_;
  if (!basic) *shaped.mutable_logs() = log_tail_;
  if (view == v1::TASK_VIEW_RAW && raw_.has_value()) *shaped.mutable_raw() = *raw_;
  FitReply(kMaxReplyBytes, &shaped);
  *bytes = shaped.SerializeAsString();
}

}  // namespace taskgateway::tasks

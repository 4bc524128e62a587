// One reading of one task, shared by everybody who asked for it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "adapters/task_adapter.h"
#include "gateway/base/mutex.h"
#include "google/protobuf/struct.pb.h"

namespace taskgateway::tasks {

// Log content in a FULL view, bytes.
inline constexpr std::size_t kLogTailBytes = std::size_t{256} << 10;

// An immutable reading. Thread-safe.
class Reading {
 public:
  // `task` is complete; of the log the tail is kept. `raw` is the upstream's object when somebody asked for it.
  Reading(ArenaTask task, const TaskLog& log, std::optional<google::protobuf::Struct> raw);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  // The task in the BASIC view.
  const v1::Task& task() const { return *task_; }
  bool has_raw() const { return raw_.has_value(); }

  // The serialized Task in a view, never above kMaxReplyBytes. Made once per view, by whoever asks first. RAW without
  // has_raw is FULL.
  const std::string& Serialized(v1::TaskView view) const;

  // The most memory that this reading may come to hold, bytes: the task, the end of its log, `raw`, and the reply of
  // each view, made or not.
  std::size_t BytesHeld() const;

 private:
  struct Reply {
    std::atomic<bool> made = false;
    std::string bytes;
  };

  void Serialize(v1::TaskView view, std::string* bytes) const;

  ArenaTask task_;
  const std::size_t basic_bytes_;  // of the serialized task; computing it leaves in it what serializing needs
  google::protobuf::RepeatedPtrField<v1::TaskLogEntry> log_tail_;
  std::optional<google::protobuf::Struct> raw_;
  // To make a reply. Not std::call_once: in glibc that is a system call each first time.
  mutable base::Mutex mutex_;
  mutable Reply basic_;
  mutable Reply full_;
  mutable Reply raw_reply_;
};

using SharedReading = std::shared_ptr<const Reading>;

}  // namespace taskgateway::tasks

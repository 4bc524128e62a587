// One reading of one task, shared by everybody who asked for it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "adapters/task_adapter.h"
#include "gateway/base/mutex.h"
#include "google/protobuf/struct.pb.h"

namespace taskgateway::tasks {

// Log content in a FULL view, bytes.
inline constexpr std::size_t kLogTailBytes = std::size_t{256} << 10;

// An immutable reading: a task as its bytes, which is what callers are sent, and what the gateway itself goes by. A
// message of the same task takes several times the memory, in as many blocks as it has texts. Thread-safe.
class Reading {
 public:
  // `task` is complete; of the log the tail is kept. `raw` is the upstream's object when somebody asked for it.
  Reading(const v1::Task& task, const TaskLog& log, std::optional<google::protobuf::Struct> raw);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }
  const std::string& etag() const { return etag_; }
  v1::Task::State state() const { return state_; }
  bool done() const { return done_; }
  std::optional<absl::Time> create_time() const { return create_time_; }
  absl::Time read_time() const { return read_time_; }
  bool has_raw() const { return raw_.has_value(); }

  // The task as a BASIC reply has it, parsed anew.
  v1::Task task() const;

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

  const std::string name_;
  const std::string source_;
  const std::string etag_;
  const v1::Task::State state_;
  const bool done_;
  const std::optional<absl::Time> create_time_;
  const absl::Time read_time_;
  const std::string whole_;  // the serialized task, however large
  const google::protobuf::RepeatedPtrField<v1::TaskLogEntry> log_tail_;
  const std::optional<google::protobuf::Struct> raw_;
  // To make a reply. Not std::call_once: in glibc that is a system call each first time.
  mutable base::Mutex mutex_;
  mutable Reply basic_;  // when the whole is too large
  mutable Reply full_;
  mutable Reply raw_reply_;
};

using SharedReading = std::shared_ptr<const Reading>;

}  // namespace taskgateway::tasks

// A change of a task as its watchers are told of it.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "gateway/base/mutex.h"
#include "gateway/tasks/reading.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// Bytes that many share.
using SharedBytes = std::shared_ptr<const std::string>;

// The first reading with a new etag, and the events that tell of it: each serialized once, by whoever needs it first,
// and shared by all watchers. An event is a serialized v1::WatchTasksResponse whose `requested_name` is the canonical
// one. Thread-safe.
class TaskUpdate {
 public:
  explicit TaskUpdate(SharedReading reading);
  TaskUpdate(const TaskUpdate&) = delete;
  TaskUpdate& operator=(const TaskUpdate&) = delete;

  const Reading& reading() const { return *reading_; }
  const std::string& resume_token() const { return resume_token_; }

  SharedBytes Snapshot(bool gap) const;
  // Of a stream whose event before showed `previous`.
  SharedBytes Changed(v1::Task::State previous) const;

 private:
  // A snapshot without and with gap, and a change from each state.
  static constexpr std::size_t kEvents = 2 + v1::Task::State_ARRAYSIZE;

  SharedBytes Event(std::size_t index) const;

  const SharedReading reading_;
  const std::string resume_token_;
  mutable base::Mutex mutex_;
  mutable std::array<SharedBytes, kEvents> events_;
};

using SharedUpdate = std::shared_ptr<const TaskUpdate>;

}  // namespace taskgateway::tasks

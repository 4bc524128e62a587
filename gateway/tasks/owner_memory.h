// Which source a task id was last found in.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"
#include "gateway/tasks/source.h"

namespace taskgateway::tasks {

// Remembers the least-used ids last, for an hour each. Belongs to one loop thread.
class OwnerMemory {
 public:
  // `capacity` ids at most, above 0.
  explicit OwnerMemory(std::size_t capacity) : capacity_(capacity) {}

  // The owner of a task, or a null pointer. `now` is Uptime.
  Source* Find(const std::string& task_id, absl::Duration now);
  void Remember(const std::string& task_id, Source* owner, absl::Duration now);
  void Forget(const std::string& task_id);
  std::size_t size() const { return by_id_.size(); }

 private:
  struct Entry {
    std::string task_id;
    Source* owner;
    absl::Duration expires;
  };

  const std::size_t capacity_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_id_;
};

}  // namespace taskgateway::tasks

// The last tasks that failed, for the page.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/mutex.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::server {

// One failed task, with what was at the root of it. Texts are short.
struct TaskFailure {
  std::string name;
  absl::Time read_at;
  std::string code;     // the upstream's; of the root where there is one
  std::string message;  // likewise
};

// Thread-safe. Never more than kMax, each task once.
class RecentFailures {
 public:
  static constexpr std::size_t kMax = 50;

  // Remembers `task`, which is FAILED, unless it does already.
  void Add(const v1::Task& task, absl::Time now);
  // The latest first.
  std::vector<TaskFailure> All() const;

 private:
  mutable base::Mutex mutex_;
  std::deque<TaskFailure> failures_;  // guarded by mutex_; the latest first
};

}  // namespace taskgateway::server

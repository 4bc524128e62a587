// Callers of GetTask, WaitTask and CancelTask.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "gateway/tasks/task_wait.h"
#include "tests/simulation/world.h"

namespace taskgateway::simulation {

// Calls by chance and checks the answers. Outlives what it has begun.
class UnaryCallers {
 public:
  explicit UnaryCallers(World& world) : world_(world) {}

  void GetTask();
  // Some wait again until the task is done.
  void WaitTask();
  void CancelTask();
  // Those who stay have been told the end by now.
  void CheckWaits();

 private:
  struct Waiting {
    const TaskLife* life;
    tasks::FollowTarget target;
    bool until_done;  // waits again when time is over
    bool told = false;
    CallBook::CallId call = 0;
    std::unique_ptr<tasks::TaskWait> wait = nullptr;
  };

  void Got(const tasks::ReadRequest& request, absl::Duration asked, const absl::StatusOr<tasks::SharedReading>& answer);
  void WaitOnce(Waiting& waiting, std::string etag);
  void Waited(Waiting& waiting, const tasks::WaitResult& result);

  World& world_;
  std::map<std::string, absl::Duration> outdated_;  // by canonical name: when something was done to the task
  std::deque<Waiting> waits_;
};

}  // namespace taskgateway::simulation

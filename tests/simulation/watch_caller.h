// A caller of WatchTasks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/tasks/task_watch.h"
#include "taskgateway/v1/watch_tasks.pb.h"
#include "tests/simulation/world.h"

namespace taskgateway::simulation {

// Watches some tasks until all are done. When the stream is cut, it resumes; when tasks could not be read any more, it
// asks again for these.
class WatchCaller {
 public:
  // Watches `lives`, each by a name by chance. `world` outlives the caller.
  WatchCaller(World& world, const std::vector<const TaskLife*>& lives);
  ~WatchCaller() { Close(); }
  WatchCaller(const WatchCaller&) = delete;
  WatchCaller& operator=(const WatchCaller&) = delete;

  void Open();
  // The connection breaks: the caller resumes a little later.
  void Cut();
  // The server is about to stop: it closes the stream, and the caller resumes a little later.
  void Drain();
  // Goes for good.
  void Leave();
  // Who stays has been told every end by now.
  void CheckEnds() const;

 private:
  struct Name {
    const TaskLife* life;
    tasks::FollowTarget target;
    std::string requested;
    std::string token = {};
    v1::Task::State state = v1::Task::STATE_UNSPECIFIED;  // as told last
    std::size_t reply = 0;                                // likewise
    bool snapshot_next = true;
    bool resumes = false;
    bool done = false;
  };
  class Stream;

  void Close();
  void Take(v1::WatchTasksResponse event);
  void TakeTask(Name& name, const v1::WatchTasksResponse& event);
  void Finished();
  void Wrong(const Name& name, std::string_view what);

  World& world_;
  std::vector<Name> names_;
  bool slow_;
  bool left_ = false;
  bool closed_ = false;    // `closing` came
  absl::Duration opened_;  // since the run began: this stream
  CallBook::CallId call_ = 0;
  std::optional<v1::WatchTasksResponse> held_back_;  // by the fault that swaps events
  std::shared_ptr<Stream> stream_;
};

}  // namespace taskgateway::simulation

// A caller of ReadTaskLogs.
#pragma once

#include <memory>
#include <string>

#include "gateway/tasks/task_log_read.h"
#include "taskgateway/v1/read_task_logs.pb.h"
#include "tests/simulation/log_copy.h"
#include "tests/simulation/world.h"

namespace taskgateway::simulation {

// Reads the log of a task, once or until its end. A follower resumes after a cut, and after failures too.
class LogCaller {
 public:
  // `world` outlives the caller.
  LogCaller(World& world, const TaskLife& life);
  ~LogCaller() { Close(); }
  LogCaller(const LogCaller&) = delete;
  LogCaller& operator=(const LogCaller&) = delete;

  void Open();
  // The connection breaks: the caller resumes a little later.
  void Cut();
  // Goes for good.
  void Leave();
  // A follower who stays has the whole log by now.
  void CheckEnd() const;

 private:
  class Stream;

  void Close();
  void OpenSoon();
  void Take(const v1::ReadTaskLogsResponse& chunk);
  // Whether the upstream has given a reason to begin anew since the stream was opened. Of a part of a log, which does
  // not show what the rest is like, it is taken on trust.
  bool MayBeginAnew() const;
  void Finished(const absl::Status& status);
  void Wrong(std::string_view what) const;

  World& world_;
  const TaskLife& life_;
  const tasks::FollowTarget target_;
  const bool follow_;
  const bool slow_;
  const tasks::LogFilter filter_;
  const std::size_t tail_bytes_;
  LogCopy copy_;
  std::string token_;
  absl::Duration opened_at_;  // since the run began
  bool ended_ = false;        // has all of the log
  bool left_ = false;
  CallBook::CallId call_ = 0;
  std::shared_ptr<Stream> stream_;
};

}  // namespace taskgateway::simulation

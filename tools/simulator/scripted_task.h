// One simulated task: a script, and how far it has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "tools/simulator/body.h"
#include "tools/simulator/task_script.h"

namespace taskgateway::simulator {

// The simulator's thread only.
class ScriptedTask {
 public:
  // Started `age` ago. `clock` outlives the task.
  ScriptedTask(TaskScript script, const base::Clock& clock, absl::Duration age = absl::ZeroDuration());

  // One GetTask arrives: counts it and moves on.
  void CountRead();
  // Moves on with the time only.
  void Advance();
  // Goes over to the script's on_cancel steps, which count time and requests from now on. False when the status is
  // neither Pending nor Running.
  bool Cancel();

  const std::string& id() const { return script_.id; }
  const std::string& status() const { return steps_[step_].status; }
  // The text of a string member as it shows now; empty for none.
  std::string Field(std::string_view name) const;

  // Appends the task object. `with_tags` false leaves out TaskTags, as ListTasks does.
  void AppendTo(Body& body, bool with_tags = true) const;

 private:
  struct Rendered {
    std::string text;
    std::size_t log_at = std::string::npos;  // where the entries of a scripted log go
  };

  Members Fields() const;
  Rendered Render(bool with_tags) const;
  void EnterStep(std::size_t step, absl::Duration when);
  absl::Duration Elapsed() const { return clock_.Uptime() - steps_start_; }

  TaskScript script_;
  const base::Clock& clock_;
  absl::Duration start_;        // uptime
  absl::Duration steps_start_;  // uptime: the start, or the cancellation
  absl::Time create_time_;
  absl::Time update_time_;
  std::vector<Step> steps_;
  std::size_t step_ = 0;
  std::int64_t reads_ = 0;        // of all
  std::int64_t steps_reads_ = 0;  // since steps_start_
  Rendered current_;              // of step_: written once, sent often
};

}  // namespace taskgateway::simulator

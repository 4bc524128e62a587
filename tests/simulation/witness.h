// Everything that callers are shown of tasks, compared with what the clouds said.
#pragma once

#include <map>
#include <string>

#include "taskgateway/v1/task.pb.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/scripted_upstream.h"

namespace taskgateway::simulation {

class Witness {
 public:
  // Both outlive the witness.
  Witness(Journal& journal, const ScriptedUpstream& upstream) : journal_(journal), upstream_(upstream) {}

  // A caller who asked for `task_id` is shown `task`. It knows of every end that anybody saw before `as_of` (since the
  // run began): a slow reader of a stream may be told late how a task was that could not be read any more. Returns the
  // reply that it comes from, or a null pointer when there is none such.
  const ScriptedUpstream::TaskReply* Saw(const std::string& task_id, const v1::Task& task, absl::Duration as_of);
  // The place of a reply among all.
  static std::size_t NumberOf(const v1::Task& task);

 private:
  struct End {
    v1::Task::State state;
    absl::Duration seen;
  };

  Journal& journal_;
  const ScriptedUpstream& upstream_;
  std::map<std::string, End> ends_;  // of tasks that somebody saw done, by canonical name
};

}  // namespace taskgateway::simulation

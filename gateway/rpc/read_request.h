// From what a caller sends to what is read.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/rpc/call_limit.h"
#include "gateway/rpc/call_record.h"
#include "gateway/rpc/open_calls.h"
#include "gateway/rpc/task_name.h"
#include "gateway/tasks/alias_resolver.h"
#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/log_buffers.h"
#include "gateway/tasks/task_canceller.h"
#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_follower.h"
#include "gateway/tasks/task_reader.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "taskgateway/v1/task_service.pb.h"

namespace taskgateway::rpc {

// What calls are answered with. All of it outlives the service, and but for `sources` it belongs to one loop thread.
struct Tasks {
  upstream::Context& context;
  base::EventLoop& loop;
  const tasks::Sources& sources;
  tasks::TaskReader& reader;
  tasks::TaskFinder& finder;
  tasks::TaskPoller& poller;
  tasks::LogBuffers& log_buffers;
  tasks::AliasResolver& aliases;
  tasks::TaskCanceller& canceller;
  tasks::FanOut& fan_out;
  OpenCalls& open_calls;
  CallLimit& call_limit;
  CallRecords& call_records;  // thread-safe
  absl::Duration max_wait;    // of one WaitTask

  tasks::Following following() const { return {context, sources, finder, poller, aliases}; }
};

// A duration of 0 or more; nothing for any other and for one that is not well-formed.
std::optional<absl::Duration> ToDuration(const google::protobuf::Duration& duration);

// The Uptime at which a call's deadline passes; infinite for none.
absl::Duration DeadlineOf(std::chrono::system_clock::time_point deadline, const base::Clock& clock);

// Which task `name` names. A source of a null pointer means every source. Errors: INVALID_ARGUMENT, also for an alias
// of a source that has none; NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<tasks::FollowTarget> ToTarget(std::string_view name, std::string_view field,
                                             const tasks::Sources& sources);

// The source called `name`. Error: NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<tasks::Source*> FindSource(std::string_view name, const tasks::Sources& sources);

// Sets `target->created_after`. Error: INVALID_ARGUMENT for a time that is not well-formed.
absl::Status SetCreatedAfter(const google::protobuf::Timestamp& created_after, std::string_view field,
                             tasks::FollowTarget* target);

// Error: INVALID_ARGUMENT for a view that is unknown or above `most`.
absl::Status CheckView(v1::TaskView view, v1::TaskView most);

// What GetTask asks for. A source of a null pointer means every source. Errors: INVALID_ARGUMENT, NOT_FOUND
// SOURCE_NOT_FOUND.
absl::StatusOr<tasks::ReadRequest> ToRead(const v1::GetTaskRequest& request, const tasks::Sources& sources);

// What BatchGetTasks asks for, one read per name, or NOT_FOUND SOURCE_NOT_FOUND in its place. Errors: INVALID_ARGUMENT
// for the whole batch.
absl::StatusOr<std::vector<absl::StatusOr<tasks::ReadRequest>>> ToReads(const v1::BatchGetTasksRequest& request,
                                                                        const tasks::Sources& sources);

// One read, wherever the task is to be looked for. Loop thread only.
class Read {
 public:
  Read() = default;
  // Begins; `done` as of TaskReader::Read. `tasks` outlives the read, and the read stays where it is until it has
  // ended.
  void Start(Tasks& tasks, tasks::ReadRequest request, tasks::TaskReader::Done done);
  // Ends it without calling back, if it has not ended.
  void Leave(Tasks& tasks);

 private:
  tasks::TaskReader::ReadId read_ = 0;
  tasks::TaskFinder::FindId find_ = 0;
  tasks::AliasResolver::ResolveId resolve_ = 0;
};

}  // namespace taskgateway::rpc

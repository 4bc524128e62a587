// A page of a list of tasks, as the upstream has it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tasks/source.h"
#include "gateway/upstream/upstream_call.h"

namespace taskgateway::tasks {

// One page. Its tasks are complete but for etag and tags, which lists of the upstream do not tell; so they never enter
// the cache.
struct ListedTasks {
  std::vector<v1::Task> tasks;  // newest first
  bool has_more = false;
};

// One page being asked for. Destroying it ends it. Belongs to the loop thread.
class TaskListing {
 public:
  using Done = std::function<void(absl::StatusOr<ListedTasks>)>;

  // `deadline` is Uptime. Only for sources that can list. `context` and `source` outlive the listing.
  TaskListing(upstream::Context& context, Source& source, ListQuery query, absl::Duration deadline, Done done,
              const base::SpanId& parent_span = {});
  TaskListing(const TaskListing&) = delete;
  TaskListing& operator=(const TaskListing&) = delete;

  // Begins, once. `done` is called once, never before Start returns, with the page or the upstream call's status, and
  // may destroy the listing.
  void Start();

 private:
  upstream::Context& context_;
  Source& source_;
  const ListQuery query_;
  const absl::Duration deadline_;
  const base::SpanId parent_span_;
  Done done_;
  std::optional<upstream::UpstreamCall> call_;
};

}  // namespace taskgateway::tasks

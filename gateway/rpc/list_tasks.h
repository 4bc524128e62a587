// TaskService.ListTasks.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"
#include "gateway/tasks/task_listing.h"

namespace taskgateway::rpc {

// One page to ask for.
struct ListOrder {
  tasks::Source* source = nullptr;
  ListQuery query;
};

// What to list. `parent` is the source. Errors: INVALID_ARGUMENT, NOT_FOUND SOURCE_NOT_FOUND, UNIMPLEMENTED
// LIST_UNSUPPORTED_BY_SOURCE.
absl::StatusOr<ListOrder> ToList(const v1::ListTasksRequest& request, const tasks::Sources& sources);

// One page, as a ListTasksResponse within a size limit; what is answered with it is the caller's affair.
class ListTasksCall final : public LoopCall {
 public:
  // Fills gRPC's response. Loop thread.
  using Respond = std::function<void(v1::ListTasksResponse page)>;

  // `deadline` is Uptime. The page has at most `max_bytes`.
  ListTasksCall(const Tasks& tasks, CallRecord record, ListOrder order, absl::Duration deadline, std::size_t max_bytes,
                Respond respond);

 private:
  void Begin() override;
  void Abandon() override { listing_.reset(); }
  void Listed(absl::StatusOr<tasks::ListedTasks> listed);

  Tasks tasks_;
  const ListOrder order_;
  const absl::Duration deadline_;
  const std::size_t max_bytes_;
  const Respond respond_;
  std::unique_ptr<tasks::TaskListing> listing_;  // belongs to the loop
};

}  // namespace taskgateway::rpc

// Reads Service Catalog's replies.
#pragma once

#include <cstddef>

#include "adapters/core/http_message.h"
#include "adapters/task_adapter.h"

namespace taskgateway::service_catalog {

// Caps on the decoded body of a reply. GetTask brings the whole Terraform log every time.
inline constexpr std::size_t kMaxReplyBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxGetTaskReplyBytes = std::size_t{128} << 20;

// Reads a reply of GetTask.
//
// The status word alone decides the state. Documented fields that are missing or of another type leave a warning and
// decode to what can be said truly. A reply that has no object `TaskDetail`, or another task's, is broken; an error
// envelope is an error whatever its HTTP status.
Reply<DecodedTask> DecodeGetTaskReply(core::HttpResponse response, const TaskRef& ref, bool want_raw);

// Reads a reply of ListTasks to `query`. A page with an entry that has no task id is a broken reply: it cannot be
// named.
Reply<TaskPage> DecodeListTasksReply(core::HttpResponse response, const ListQuery& query, const TaskRef& ref);

// Reads a reply of GetProvisionedProduct: the product's last task, else try the next step. An unknown product is
// NOT_FOUND TASK_NOT_FOUND.
Reply<AliasStep> DecodeGetProvisionedProductReply(core::HttpResponse response, const TaskRef& ref);

// Reads a reply of ListTasks for the newest task alone; without one there is no task yet.
Reply<AliasStep> DecodeNewestTaskReply(core::HttpResponse response, const TaskRef& ref);

}  // namespace taskgateway::service_catalog

#include "adapters/task_adapter.h"

#include "absl/status/status.h"

namespace taskgateway {
namespace {

// The gateway asks the traits first, so a call that gets here is a bug of ours.
absl::Status NotOffered() { return absl::UnimplementedError("the adapter does not offer this operation"); }

}  // namespace

core::HttpRequest TaskAdapter::CancelTask(std::string_view) const { return {}; }
Verdict TaskAdapter::DecodeCancelTask(core::HttpResponse, const TaskRef&) const { return {.status = NotOffered()}; }
core::HttpRequest TaskAdapter::ListTasks(const ListQuery&) const { return {}; }
Reply<TaskPage> TaskAdapter::DecodeListTasks(core::HttpResponse, const ListQuery&, const TaskRef&) const {
  return {.verdict = {.status = NotOffered()}};
}
std::optional<core::HttpRequest> TaskAdapter::ResolveAlias(std::string_view, int) const { return std::nullopt; }
Reply<AliasStep> TaskAdapter::DecodeResolveAlias(core::HttpResponse, int, const TaskRef&) const {
  return {.verdict = {.status = NotOffered()}};
}

}  // namespace taskgateway

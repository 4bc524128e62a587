#include "adapters/task_adapter.h"

#include "absl/status/status.h"
#include "adapters/core/reuse.h"

namespace taskgateway {
namespace {

// The gateway asks the traits first, so a call that gets here is a bug of ours.
absl::Status NotOffered() { return absl::UnimplementedError("the adapter does not offer this operation"); }

// A usual reply has some thousand bytes and a dozen elements. These bound what is kept whatever upstreams send: at
// worst, when each of the 640 texts of 64 elements of every kind was the whole of some reply, it is 20 MiB a task.
constexpr std::size_t kKeptReplyBytes = std::size_t{16} << 10;
constexpr int kKeptElements = 64;

int ElementsOf(const v1::Task& task) {
  return task.parameters_size() + task.outputs_size() + task.tags_size() + task.warnings_size() +
         task.cloud_control().resource_paths_size();
}

template <typename Whole, typename Part>
void GiveBackPart(Whole& whole, Part* (Whole::*release)()) {
  core::GiveBack(std::unique_ptr<Part>((whole.*release)()));
}

}  // namespace

ReusedTask::ReusedTask(std::size_t reply_bytes)
    : task_(core::Take<v1::Task>().release(), GiveBack{.keep = reply_bytes <= kKeptReplyBytes}) {}

void ReusedTask::GiveBack::operator()(v1::Task* task) const {
  std::unique_ptr<v1::Task> owned(task);
  if (!keep || ElementsOf(*task) > kKeptElements) return;
  // Clear would delete the parts, and keeps only what is repeated.
  GiveBackPart(*task, &v1::Task::release_error);
  GiveBackPart(*task, &v1::Task::release_target);
  GiveBackPart(*task, &v1::Task::release_create_time);
  GiveBackPart(*task, &v1::Task::release_update_time);
  GiveBackPart(*task, &v1::Task::release_read_time);
  GiveBackPart(*task, &v1::Task::release_next_poll_delay);
  GiveBackPart(*task, &v1::Task::release_log_summary);
  GiveBackPart(*task, &v1::Task::release_cloud_control);
  GiveBackPart(*task, &v1::Task::release_service_catalog);
  for (v1::TaskWarning& warning : *task->mutable_warnings()) GiveBackPart(warning, &v1::TaskWarning::release_error);
  core::GiveBack(std::move(owned));
}

// Overriders move from the reply.
// NOLINTBEGIN(performance-unnecessary-value-param)
core::HttpRequest TaskAdapter::CancelTask(std::string_view) const { return {}; }
Verdict TaskAdapter::DecodeCancelTask(core::HttpResponse, const TaskRef&) const { return {.status = NotOffered()}; }
core::HttpRequest TaskAdapter::ListTasks(const ListQuery&) const { return {}; }
Reply<TaskPage> TaskAdapter::DecodeListTasks(core::HttpResponse, const ListQuery&, const TaskRef&) const {
  return {.verdict = {.status = NotOffered()}};
}
std::optional<AliasLookup> TaskAdapter::ResolveAlias(std::string_view, int) const { return std::nullopt; }
Reply<AliasStep> TaskAdapter::DecodeResolveAlias(core::HttpResponse, int, const TaskRef&) const {
  return {.verdict = {.status = NotOffered()}};
}
// NOLINTEND(performance-unnecessary-value-param)

}  // namespace taskgateway

#include "adapters/task_adapter.h"

#include "absl/status/status.h"

namespace taskgateway {
namespace {

// The gateway asks the traits first, so a call that gets here is a bug of ours.
absl::Status NotOffered() { return absl::UnimplementedError("the adapter does not offer this operation"); }

// glibc keeps freed blocks of up to 1,032 bytes at hand for each thread.
google::protobuf::ArenaOptions Blocks() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 1024;
  options.max_block_size = 1024;
  return options;
}

}  // namespace

ArenaTask::ArenaTask()
    : arena_(std::make_unique<google::protobuf::Arena>(Blocks())),
      task_(v1::Task::default_instance().New(arena_.get())) {}

std::size_t ArenaTask::SpaceUsed(std::size_t serialized_bytes) const {
  // A text of over 15 bytes has a block of its own, of at most 24 bytes more than its length; 48 are of the arena.
  const std::size_t arena_bytes = arena_->SpaceAllocated();
  return sizeof(*this) + arena_bytes + arena_bytes / 2 + serialized_bytes;
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

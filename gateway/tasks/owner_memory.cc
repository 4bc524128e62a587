#include "gateway/tasks/owner_memory.h"

namespace taskgateway::tasks {
namespace {

constexpr absl::Duration kRetention = absl::Hours(1);

}  // namespace

Source* OwnerMemory::Find(const std::string& task_id, absl::Duration now) {
  const auto found = by_id_.find(task_id);
  if (found == by_id_.end()) return nullptr;
  if (found->second->expires <= now) {
    Forget(task_id);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->owner;
}

void OwnerMemory::Remember(const std::string& task_id, Source* owner, absl::Duration now) {
  Forget(task_id);
  entries_.push_front({task_id, owner, now + kRetention});
  by_id_.emplace(task_id, entries_.begin());
  if (entries_.size() > capacity_) {
    by_id_.erase(entries_.back().task_id);
    entries_.pop_back();
  }
}

void OwnerMemory::Forget(const std::string& task_id) {
  const auto found = by_id_.find(task_id);
  if (found == by_id_.end()) return;
  entries_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace taskgateway::tasks

// Messages that are filled with the memory of those before them: a text keeps its room when its message is cleared, so
// that a task like the last one costs hardly an allocation.
//
//   v1::TaskTarget* target = TakePart(task, &v1::Task::set_allocated_target);   // like task->mutable_target()
//   …
//   GiveBack(std::unique_ptr<v1::TaskTarget>(task->release_target()));
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace taskgateway::core {

// What a thread keeps of one kind of message, at most.
inline constexpr std::size_t kMostKept = 4;

template <typename Message>
std::vector<std::unique_ptr<Message>>& KeptMessages() {
  thread_local std::vector<std::unique_ptr<Message>> kept;
  return kept;
}

// An empty message.
template <typename Message>
std::unique_ptr<Message> Take() {
  std::vector<std::unique_ptr<Message>>& kept = KeptMessages<Message>();
  if (kept.empty()) return std::make_unique<Message>();
  std::unique_ptr<Message> message = std::move(kept.back());
  kept.pop_back();
  return message;
}

// Empties a message for a later Take of this thread; null is ignored.
template <typename Message>
void GiveBack(std::unique_ptr<Message> message) {
  std::vector<std::unique_ptr<Message>>& kept = KeptMessages<Message>();
  if (message == nullptr || kept.size() >= kMostKept) return;
  message->Clear();
  kept.push_back(std::move(message));
}

// Sets a field of `whole` that is not set so far to an empty message.
template <typename Whole, typename Part>
Part* TakePart(Whole* whole, void (Whole::*set)(Part*)) {
  Part* part = Take<Part>().release();
  (whole->*set)(part);
  return part;
}

}  // namespace taskgateway::core

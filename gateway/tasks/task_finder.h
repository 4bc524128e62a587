// Reads of a task whose source the caller does not know: `sources/-/tasks/{task}`.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gateway/tasks/owner_memory.h"
#include "gateway/tasks/task_reader.h"

namespace taskgateway::tasks {

// Asks every source at once, each within its budget.
//
// One has the task: its reading. Two: FAILED_PRECONDITION TASK_ID_AMBIGUOUS. None, and every source said so: NOT_FOUND;
// else UNAVAILABLE UPSTREAM_INCOMPLETE, never a false NOT_FOUND. After the first hit the others get 1 s more; a hit
// stands whatever they say then. The owner is remembered when every source answered, and forgotten when it says
// NOT_FOUND. Belongs to the reader's loop thread.
class TaskFinder {
 public:
  using FindId = std::uint64_t;

  // Both outlive the finder.
  TaskFinder(upstream::Context& context, const Sources& sources, TaskReader& reader);
  ~TaskFinder();
  TaskFinder(const TaskFinder&) = delete;
  TaskFinder& operator=(const TaskFinder&) = delete;

  // As TaskReader::Read; `request.source` is ignored.
  FindId Find(ReadRequest request, TaskReader::Done done);
  // As TaskReader::Leave.
  void Leave(FindId find);
  // Who had the task when every source was asked last, or a null pointer.
  Source* RememberedOwner(const std::string& task_id);

 private:
  struct Search;

  void AskAll(FindId id, Search& search);
  void AskOwner(FindId id, Search& search, Source* owner);
  void Heard(FindId id, Source* source, absl::StatusOr<SharedReading> answer);
  void Conclude(FindId id);
  bool EndedSince(const Reading& hit) const;
  void Answer(FindId id, absl::StatusOr<SharedReading> result);

  upstream::Context& context_;
  const Sources& sources_;
  TaskReader& reader_;
  OwnerMemory owners_;
  std::map<FindId, std::unique_ptr<Search>> searches_;
  FindId next_find_ = 1;
};

// Whether another search would end no better; the finder says FAILED_PRECONDITION of an ambiguous id alone.
inline bool EndsSearch(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

}  // namespace taskgateway::tasks

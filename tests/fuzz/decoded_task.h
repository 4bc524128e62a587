// What holds of every decoded reply, whatever came.
#pragma once

#include <string_view>

#include "adapters/core/status_catalogue.h"
#include "adapters/task_adapter.h"
#include "tests/fuzz/expect.h"

namespace taskgateway::fuzz {

// A status that is not OK has a reason, and the signal of a verdict that is OK is none.
inline void ExpectSound(const Verdict& verdict) {
  if (verdict.status.ok()) {
    Expect(verdict.signal == Signal::kNone, "a good reply asks for nothing");
  } else {
    Expect(!core::ReasonOf(verdict.status).empty(), "every error has a reason");
  }
}

// A task of a good reply.
inline void ExpectSound(const v1::Task& task) {
  using v1::Task;
  const bool ended_badly = task.state() == Task::FAILED || task.state() == Task::CANCELLED;
  Expect(task.state() != Task::STATE_UNSPECIFIED && task.action() != Task::ACTION_UNSPECIFIED,
         "state and action are always set");
  Expect(task.done() == (ended_badly || task.state() == Task::SUCCEEDED), "done follows from the state");
  Expect(task.has_error() == ended_badly, "an error belongs to FAILED and CANCELLED");
  Expect(!task.has_error() || task.error().code() > 0, "an error has a code");
  Expect(task.has_target() && task.details_case() != Task::DETAILS_NOT_SET, "target and details are always set");
  Expect(!task.uid().empty(), "a task has an id");
  Expect(Task().ParseFromString(task.SerializeAsString()), "all text is UTF-8");
}

// The answer to a question about `task_id`.
inline void ExpectSound(const Reply<DecodedTask>& reply, std::string_view task_id, bool want_raw) {
  ExpectSound(reply.verdict);
  if (!reply.verdict.status.ok()) return;
  ExpectSound(*reply.value.task);
  Expect(reply.value.task->uid() == task_id, "the answer is about the task that was asked for");
  Expect(reply.value.raw.has_value() == want_raw, "raw comes when asked for");
  if (!want_raw) return;
  Expect(google::protobuf::Struct().ParseFromString(reply.value.raw->SerializeAsString()), "raw text is UTF-8");
}

}  // namespace taskgateway::fuzz

#include "adapters/cloud_control/decoder.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "adapters/alibaba/reply.h"
#include "adapters/alibaba/task_error.h"
#include "adapters/cloud_control/words.h"
#include "adapters/core/json_reader.h"
#include "adapters/core/reuse.h"
#include "adapters/core/trimmed.h"

namespace taskgateway::cloud_control {
namespace {

using core::FieldReader;
using core::JsonDocument;
using core::JsonValue;
using core::Trimmed;

constexpr std::string_view kGetTaskAction = "cloudcontrol:GetTask";
constexpr std::string_view kCancelTaskAction = "cloudcontrol:CancelTask";

bool IsPresent(const JsonValue* value) { return value != nullptr && !value->IsNull(); }

// Decodes `error`, the member of that name, into `*out`; false when it says nothing, and `*out` is of no use then. An
// error that is not an object is taken as its message.
bool DecodeError(FieldReader& fields, const JsonValue* error, v1::Task* task, v1::TaskError* out, bool* repaired) {
  if (!IsPresent(error)) return false;
  if (!error->IsObject()) {
    fields.Malformed("error", "not an object");
    *repaired |= alibaba::DecodeTaskError("", error, out);
    return !Trimmed(out->message()).empty();
  }
  FieldReader error_fields(error, "task.error", task);
  const std::string_view code = error_fields.Optional("code");
  const JsonValue* message = error_fields.Find("message");
  // Most replies carry the buried document as a string, the Chinese page of the reference prints it as an object.
  if (IsPresent(message) && !message->IsString() && !message->IsObject()) {
    error_fields.Malformed("message", "neither a string nor an object");
  }
  *repaired |= alibaba::DecodeTaskError(code, IsPresent(message) ? message : nullptr, out);
  return !Trimmed(code).empty() || !Trimmed(out->message()).empty();
}

// The error of a task that ended badly.
void DecodeFailure(FieldReader& fields, const JsonValue* printed, v1::Task* task, bool* repaired) {
  v1::TaskError* error = core::TakePart(task, &v1::Task::set_allocated_error);
  if (!DecodeError(fields, printed, task, error, repaired)) {
    error->Clear();
    error->set_code(2);  // UNKNOWN
    if (task->state() == v1::Task::FAILED) fields.Malformed("error", "a failed task without an error");
  }
  if (task->state() == v1::Task::CANCELLED) {
    error->set_code(1);  // CANCELLED
    error->set_retryable(false);
  }
  if (error->partial()) {
    core::AddWarning(task, v1::TaskWarning::RESIDUAL_RESOURCES, "task.error.code",
                     "Some of the operations succeeded; what they made stays.");
  }
}

// An error beside a status that is not a failure.
void DecodeLeftover(FieldReader& fields, const JsonValue* printed, v1::Task* task, bool* repaired) {
  const int index = task->warnings_size();
  v1::TaskWarning* warning = task->add_warnings();
  v1::TaskError* error = core::TakePart(warning, &v1::TaskWarning::set_allocated_error);
  if (!DecodeError(fields, printed, task, error, repaired)) {
    task->mutable_warnings()->DeleteSubrange(index, 1);
    return;
  }
  warning->set_kind(v1::TaskWarning::LEFTOVER_ERROR);
  warning->mutable_field()->assign("task.error");
  warning->mutable_message()->assign("The upstream printed an error beside a status that is not a failure.");
}

// Sets state, done, source_status, error, and the warnings that belong to them. `error` is the member of that name.
void DecodeOutcome(FieldReader& fields, const JsonValue* error, v1::Task* task, bool* repaired) {
  task->mutable_source_status()->assign(fields.Required("status"));
  const v1::Task::State state = StateOf(task->source_status());
  task->set_state(state);
  const bool ended_badly = state == v1::Task::FAILED || state == v1::Task::CANCELLED;
  task->set_done(ended_badly || state == v1::Task::SUCCEEDED);
  if (ended_badly) {
    DecodeFailure(fields, error, task, repaired);
  } else if (IsPresent(error)) {
    DecodeLeftover(fields, error, task, repaired);
  }
  if (state == v1::Task::CANCELLING || state == v1::Task::CANCELLED) {
    core::AddWarning(task, v1::TaskWarning::RESIDUAL_RESOURCES, "task.status",
                     "Cancelling does not stop work that has started downstream; resources may stay behind.");
  }
}

void DecodeTarget(FieldReader& fields, v1::Task* task) {
  v1::TaskTarget* target = core::TakePart(task, &v1::Task::set_allocated_target);
  target->mutable_product()->assign(Trimmed(fields.Required("product")));
  // A global product has no region, and a task that is still creating its resource no id of it.
  target->mutable_region_id()->assign(Trimmed(fields.Optional("regionId")));
  target->mutable_resource_id()->assign(Trimmed(fields.Optional("resourceId")));
  target->mutable_resource_path()->assign(Trimmed(fields.Optional("resourcePath")));
  target->mutable_resource_type()->assign(Trimmed(fields.Required("resourceType")));

  v1::CloudControlDetails* details = core::TakePart(task, &v1::Task::set_allocated_cloud_control);
  for (std::string_view rest = target->resource_path(); !rest.empty();) {
    const std::size_t size = std::min(rest.find('\n'), rest.size());
    const std::string_view path = Trimmed(rest.substr(0, size));
    if (!path.empty()) details->add_resource_paths()->assign(path);
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
}

}  // namespace

Reply<DecodedTask> DecodeGetTaskReply(core::HttpResponse response, const TaskRef& ref, bool want_raw) {
  Reply<DecodedTask> reply{.verdict = {}, .value = {.task = ReusedTask(response.body.size())}};
  const std::optional<JsonDocument> document =
      alibaba::OpenReply(response, ref, kGetTaskAction, kMaxReplyBytes, &reply.verdict);
  if (!document.has_value()) return reply;
  const JsonValue& root = document->root();
  const JsonValue* detail = core::FindMember(root, "task");
  if (detail == nullptr || !detail->IsObject()) {
    reply.verdict = alibaba::NoAnswer(root, "the reply has no object `task`", response, ref, kGetTaskAction);
    return reply;
  }

  v1::Task* task = &*reply.value.task;
  FieldReader fields(detail, "task", task);
  const std::string_view requested = ref.name.substr(ref.name.rfind('/') + 1);
  const std::string_view answered = Trimmed(fields.Required("taskId"));
  if (!answered.empty() && answered != requested) {
    reply.verdict = alibaba::AnotherTask(response, ref);
    return reply;
  }
  task->mutable_uid()->assign(requested);

  bool repaired = document->repaired();
  alibaba::DecodeTime(fields, "createTime", &v1::Task::set_allocated_create_time, task);
  const JsonValue* error = fields.Find("error");
  DecodeTarget(fields, task);
  DecodeOutcome(fields, error, task, &repaired);
  task->mutable_source_action()->assign(fields.Required("taskAction"));
  task->set_action(ActionOf(task->source_action()));
  alibaba::DecodeRequestId(root, "requestId", response.headers, task);
  if (want_raw) core::ToStruct(root, &reply.value.raw.emplace());
  if (repaired) core::WarnOfRepair(task);
  return reply;
}

Verdict DecodeCancelTaskReply(core::HttpResponse response, const TaskRef& ref) {
  Verdict verdict;
  const std::optional<JsonDocument> document =
      alibaba::OpenReply(response, ref, kCancelTaskAction, kMaxReplyBytes, &verdict);
  if (!document.has_value()) return verdict;
  const JsonValue& root = document->root();
  if (!root.IsObject() || IsPresent(core::FindMember(root, "code"))) {
    return alibaba::NoAnswer(root, "the reply is not an object", response, ref, kCancelTaskAction);
  }
  return verdict;
}

}  // namespace taskgateway::cloud_control

#include "adapters/cloud_control/decoder.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "adapters/alibaba/error_reply.h"
#include "adapters/alibaba/task_error.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/cloud_control/words.h"
#include "adapters/core/json_reader.h"

namespace taskgateway::cloud_control {
namespace {

using core::FieldReader;
using core::JsonValue;

constexpr std::string_view kGetTaskAction = "cloudcontrol:GetTask";
constexpr std::string_view kCancelTaskAction = "cloudcontrol:CancelTask";

std::string Trimmed(std::string text) {
  absl::StripAsciiWhitespace(&text);
  return text;
}

bool IsPresent(const JsonValue* value) { return value != nullptr && !value->IsNull(); }

// What a document means that does not have the answer: an error envelope that came with HTTP 2xx, else a broken reply.
Verdict NoAnswer(const JsonValue& root, std::string_view why, const core::HttpResponse& response, const TaskRef& ref,
                 std::string_view ram_action) {
  bool repaired = false;
  const auto text = [&](std::string_view name) {
    const JsonValue* value = core::FindMember(root, name);
    return IsPresent(value) ? core::TextOf(*value, &repaired) : std::string();
  };
  const alibaba::ErrorReply error{
      .code = text("Code"), .message = text("Message"), .request_id = text("RequestId"), .ram_action = ""};
  if (!error.code.empty()) return alibaba::ClassifyError(error, response, ref, ram_action);
  return alibaba::BrokenReply(response, ref, absl::InvalidArgumentError(std::string(why)));
}

// The decoded `task.error`, or nothing when the reply has none. An error that is not an object is taken as its message.
std::optional<v1::TaskError> ErrorOf(FieldReader& fields, v1::Task* task, bool* repaired) {
  const JsonValue* error = fields.Find("error");
  if (!IsPresent(error)) return std::nullopt;
  v1::TaskError decoded;
  if (!error->IsObject()) {
    fields.Malformed("error", "not an object");
    alibaba::DecodeTaskError("", error, &decoded, repaired);
    if (decoded.message().empty()) return std::nullopt;
    return decoded;
  }
  FieldReader error_fields(error, fields.PathOf("error"), task);
  const std::string code = error_fields.Optional("code");
  const JsonValue* message = error_fields.Find("message");
  // Most replies carry the buried document as a string, the Chinese page of the reference prints it as an object.
  if (IsPresent(message) && !message->IsString() && !message->IsObject()) {
    error_fields.Malformed("message", "neither a string nor an object");
  }
  alibaba::DecodeTaskError(code, IsPresent(message) ? message : nullptr, &decoded, repaired);
  if (decoded.source_code().empty() && decoded.message().empty()) return std::nullopt;
  return decoded;
}

// Sets state, done, source_status, error, and the warnings that belong to them.
void DecodeOutcome(FieldReader& fields, v1::Task* task, bool* repaired) {
  task->set_source_status(fields.Required("status"));
  const v1::Task::State state = StateOf(task->source_status());
  task->set_state(state);
  const bool ended_badly = state == v1::Task::FAILED || state == v1::Task::CANCELLED;
  task->set_done(ended_badly || state == v1::Task::SUCCEEDED);

  std::optional<v1::TaskError> error = ErrorOf(fields, task, repaired);
  if (ended_badly) {
    if (!error.has_value()) {
      error.emplace().set_code(2);  // UNKNOWN
      if (state == v1::Task::FAILED) fields.Malformed("error", "a failed task without an error");
    }
    if (state == v1::Task::CANCELLED) {
      error->set_code(1);  // CANCELLED
      error->set_retryable(false);
    }
    if (error->partial()) {
      core::AddWarning(task, v1::TaskWarning::RESIDUAL_RESOURCES, "task.error.code",
                       "Some of the operations succeeded; what they made stays.");
    }
    *task->mutable_error() = *std::move(error);
  } else if (error.has_value()) {
    v1::TaskWarning* warning = task->add_warnings();
    warning->set_kind(v1::TaskWarning::LEFTOVER_ERROR);
    warning->set_field("task.error");
    warning->set_message(std::string("The upstream printed an error beside a status that is not a failure."));
    *warning->mutable_error() = *std::move(error);
  }
  if (state == v1::Task::CANCELLING || state == v1::Task::CANCELLED) {
    core::AddWarning(task, v1::TaskWarning::RESIDUAL_RESOURCES, "task.status",
                     "Cancelling does not stop work that has started downstream; resources may stay behind.");
  }
}

void DecodeCreateTime(FieldReader& fields, v1::Task* task) {
  const std::string text = fields.Required("createTime");
  if (const std::optional<absl::Time> time = alibaba::ParseTimestamp(text); time.has_value()) {
    const timespec spec = absl::ToTimespec(*time);
    task->mutable_create_time()->set_seconds(spec.tv_sec);
    task->mutable_create_time()->set_nanos(static_cast<std::int32_t>(spec.tv_nsec));
  } else if (const JsonValue* value = fields.Find("createTime"); value != nullptr && value->IsString()) {
    fields.Malformed("createTime", "not a time");
  }
}

void DecodeTarget(FieldReader& fields, v1::Task* task) {
  v1::TaskTarget* target = task->mutable_target();
  target->set_product(Trimmed(fields.Required("product")));
  target->set_resource_type(Trimmed(fields.Required("resourceType")));
  // A task that is still creating its resource has no id of it, and a global product no region.
  target->set_resource_id(Trimmed(fields.Optional("resourceId")));
  target->set_resource_path(Trimmed(fields.Optional("resourcePath")));
  target->set_region_id(Trimmed(fields.Optional("regionId")));

  v1::CloudControlDetails* details = task->mutable_cloud_control();
  for (const absl::string_view line : absl::StrSplit(target->resource_path(), '\n')) {
    const absl::string_view path = absl::StripAsciiWhitespace(line);
    if (!path.empty()) details->add_resource_paths(path.data(), path.size());
  }
}

// Text was repaired that no reader of fields has named.
void NoteRepair(v1::Task* task) {
  for (const v1::TaskWarning& warning : task->warnings()) {
    if (warning.kind() == v1::TaskWarning::TEXT_REPAIRED) return;
  }
  core::AddWarning(task, v1::TaskWarning::TEXT_REPAIRED, "", "text was not UTF-8");
}

}  // namespace

Reply<DecodedTask> DecodeGetTaskReply(core::HttpResponse response, const TaskRef& ref, bool want_raw) {
  if (response.status < 200 || response.status >= 300) {
    return {.verdict = alibaba::ErrorVerdict(response, ref, kGetTaskAction)};
  }
  const absl::StatusOr<core::JsonDocument> document =
      core::JsonDocument::Parse(std::move(response.body), {.max_bytes = kMaxReplyBytes});
  if (!document.ok()) return {.verdict = alibaba::BrokenReply(response, ref, document.status())};
  const JsonValue& root = document->root();
  const JsonValue* detail = core::FindMember(root, "task");
  if (detail == nullptr || !detail->IsObject()) {
    return {.verdict = NoAnswer(root, "the reply has no object `task`", response, ref, kGetTaskAction)};
  }

  Reply<DecodedTask> reply;
  v1::Task* task = &reply.value.task;
  bool repaired = document->repaired();
  FieldReader fields(detail, "task", task);

  const std::string_view requested = ref.name.substr(ref.name.rfind('/') + 1);
  const std::string answered = Trimmed(fields.Required("taskId"));
  if (!answered.empty() && answered != requested) {
    return {.verdict =
                alibaba::BrokenReply(response, ref, absl::InvalidArgumentError("the reply is about another task"))};
  }
  task->set_uid(std::string(requested));

  DecodeOutcome(fields, task, &repaired);
  task->set_source_action(fields.Required("taskAction"));
  task->set_action(ActionOf(task->source_action()));
  DecodeTarget(fields, task);
  DecodeCreateTime(fields, task);

  std::string request_id = Trimmed(FieldReader(&root, "", task).Required("requestId"));
  if (request_id.empty())
    repaired |= core::CopyUtf8(core::FindHeader(response.headers, "x-acs-request-id"), &request_id);
  task->set_source_request_id(std::move(request_id));
  if (want_raw) core::ToStruct(root, &reply.value.raw.emplace(), &repaired);
  if (repaired) NoteRepair(task);
  return reply;
}

Verdict DecodeCancelTaskReply(core::HttpResponse response, const TaskRef& ref) {
  if (response.status < 200 || response.status >= 300) return alibaba::ErrorVerdict(response, ref, kCancelTaskAction);
  const absl::StatusOr<core::JsonDocument> document =
      core::JsonDocument::Parse(std::move(response.body), {.max_bytes = kMaxReplyBytes});
  if (!document.ok()) return alibaba::BrokenReply(response, ref, document.status());
  const JsonValue& root = document->root();
  if (!root.IsObject() || IsPresent(core::FindMember(root, "code"))) {
    return NoAnswer(root, "the reply is not an object", response, ref, kCancelTaskAction);
  }
  return {};
}

}  // namespace taskgateway::cloud_control

#include "adapters/alibaba/reply.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "adapters/alibaba/error_reply.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/core/proto_time.h"
#include "adapters/core/reuse.h"
#include "adapters/core/trimmed.h"
#include "adapters/core/utf8.h"

namespace taskgateway::alibaba {

using core::JsonDocument;
using core::JsonValue;

std::optional<JsonDocument> OpenReply(core::HttpResponse& response, const TaskRef& ref, std::string_view ram_action,
                                      std::size_t max_bytes, Verdict* verdict) {
  if (response.status < 200 || response.status >= 300) {
    *verdict = ErrorVerdict(response, ref, ram_action);
    return std::nullopt;
  }
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(std::move(response.body), {.max_bytes = max_bytes});
  if (document.ok()) return *std::move(document);
  *verdict = BrokenReply(response, ref, document.status());
  return std::nullopt;
}

Verdict NoAnswer(const JsonValue& root, std::string_view why, const core::HttpResponse& response, const TaskRef& ref,
                 std::string_view ram_action) {
  const ErrorReply error = ReadErrorEnvelope(root);
  if (!error.code.empty()) return ClassifyError(error, response, ref, ram_action);
  return BrokenReply(response, ref, absl::InvalidArgumentError(std::string(why)));
}

Verdict AnotherTask(const core::HttpResponse& response, const TaskRef& ref) {
  return BrokenReply(response, ref, absl::InvalidArgumentError("the reply is about another task"));
}

void DecodeRequestId(const JsonValue& root, std::string_view member, const core::HttpHeaders& headers, v1::Task* task) {
  core::FieldReader fields(&root, "", task);
  const std::string_view printed = core::Trimmed(fields.Required(member));
  if (!printed.empty()) {
    task->mutable_source_request_id()->assign(printed);
  } else if (core::CopyUtf8(core::FindHeader(headers, "x-acs-request-id"), task->mutable_source_request_id())) {
    core::WarnOfRepair(task);
  }
}

void DecodeTime(core::FieldReader& fields, std::string_view name,
                void (v1::Task::*set_time)(google::protobuf::Timestamp*), v1::Task* task) {
  const std::string_view text = fields.Required(name);
  if (const std::optional<absl::Time> time = ParseTimestamp(text); time.has_value()) {
    core::SetTime(*time, core::TakePart(task, set_time));
  } else if (const JsonValue* value = fields.Find(name); value != nullptr && value->IsString()) {
    fields.Malformed(name, "not a time");
  }
}

}  // namespace taskgateway::alibaba

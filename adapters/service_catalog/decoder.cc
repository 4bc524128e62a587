#include "adapters/service_catalog/decoder.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "adapters/alibaba/error_reply.h"
#include "adapters/alibaba/reply.h"
#include "adapters/core/json_reader.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/service_catalog/task_detail.h"

namespace taskgateway::service_catalog {
namespace {

using core::HttpResponse;
using core::JsonDocument;
using core::JsonValue;

constexpr std::string_view kGetTaskAction = "servicecatalog:GetTask";
constexpr std::string_view kListTasksAction = "servicecatalog:ListTasks";
constexpr std::string_view kGetProvisionedProductAction = "servicecatalog:GetProvisionedProduct";

// The number of tasks on all pages, when the reply tells it.
std::optional<std::int64_t> TotalCount(const JsonValue& root) {
  const std::string text = core::TextOfMember(root, "TotalCount");
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

// A page without tasks may leave the array out, if it says that there are none.
bool SaysThereAreNone(const JsonValue& root) {
  const JsonValue* details = core::FindMember(root, "TaskDetails");
  return (details == nullptr || details->IsNull()) && TotalCount(root) == 0;
}

}  // namespace

Reply<DecodedTask> DecodeGetTaskReply(HttpResponse response, const TaskRef& ref, bool want_raw) {
  Reply<DecodedTask> reply{.verdict = {}, .value = {.task = ReusedTask(response.body.size())}};
  std::optional<JsonDocument> document =
      alibaba::OpenReply(response, ref, kGetTaskAction, kMaxGetTaskReplyBytes, &reply.verdict);
  if (!document.has_value()) return reply;
  const JsonValue& root = document->root();
  const JsonValue* detail = core::FindMember(root, "TaskDetail");
  if (detail == nullptr || !detail->IsObject()) {
    reply.verdict = alibaba::NoAnswer(root, "the reply has no object `TaskDetail`", response, ref, kGetTaskAction);
    return reply;
  }
  const std::string_view requested = ref.name.substr(ref.name.rfind('/') + 1);
  v1::Task* task = &*reply.value.task;
  const bool repaired = DecodeTaskDetail(*detail, &reply.value.log, task) || document->repaired();
  if (!task->uid().empty() && task->uid() != requested) {
    reply.verdict = alibaba::AnotherTask(response, ref);
    reply.value.log = TaskLog();  // it points into the reply, which goes
    return reply;
  }
  task->mutable_uid()->assign(requested);
  alibaba::DecodeRequestId(root, "RequestId", response.headers, task);
  if (want_raw) core::ToStruct(root, &reply.value.raw.emplace());
  if (repaired) core::WarnOfRepair(task);
  if (!reply.value.log.entries.empty()) reply.value.log.reply = (*std::move(document)).TakeText();
  return reply;
}

Reply<TaskPage> DecodeListTasksReply(HttpResponse response, const ListQuery& query, const TaskRef& ref) {
  Reply<TaskPage> reply;
  const std::optional<JsonDocument> document =
      alibaba::OpenReply(response, ref, kListTasksAction, kMaxReplyBytes, &reply.verdict);
  if (!document.has_value()) return reply;
  const JsonValue& root = document->root();
  if (SaysThereAreNone(root)) return reply;
  const JsonValue* details = core::FindMember(root, "TaskDetails");
  if (details == nullptr || !details->IsArray()) {
    return {.verdict =
                alibaba::NoAnswer(root, "the reply has no array `TaskDetails`", response, ref, kListTasksAction)};
  }

  const std::string request_id = core::TextOfMember(root, "RequestId");
  std::vector<v1::Task>& tasks = reply.value.tasks;
  tasks.reserve(details->Size());
  for (const JsonValue& detail : details->GetArray()) {
    if (core::TextOfMember(detail, "TaskId").empty()) {
      return {.verdict =
                  alibaba::BrokenReply(response, ref, absl::InvalidArgumentError("a task of the page has no id"))};
    }
    v1::Task& task = tasks.emplace_back();
    if (DecodeTaskDetail(detail, nullptr, &task) || document->repaired()) core::WarnOfRepair(&task);
    task.set_source_request_id(request_id);
  }
  const std::int64_t seen = std::int64_t{query.page_number} * query.page_size;
  const std::optional<std::int64_t> total = TotalCount(root);
  reply.value.has_more =
      !tasks.empty() && (total.has_value() ? *total > seen : details->Size() >= static_cast<unsigned>(query.page_size));
  return reply;
}

Reply<AliasStep> DecodeGetProvisionedProductReply(HttpResponse response, const TaskRef& ref) {
  Reply<AliasStep> reply;
  const std::optional<JsonDocument> document =
      alibaba::OpenReply(response, ref, kGetProvisionedProductAction, kMaxReplyBytes, &reply.verdict);
  if (!document.has_value()) return reply;
  const JsonValue* detail = core::FindMember(document->root(), "ProvisionedProductDetail");
  if (detail == nullptr || !detail->IsObject()) {
    return {.verdict = alibaba::NoAnswer(document->root(), "the reply has no object `ProvisionedProductDetail`",
                                         response, ref, kGetProvisionedProductAction)};
  }
  reply.value.task_id = core::TextOfMember(*detail, "LastTaskId");
  reply.value.try_next = reply.value.task_id.empty();
  return reply;
}

Reply<AliasStep> DecodeNewestTaskReply(HttpResponse response, const TaskRef& ref) {
  Reply<TaskPage> page = DecodeListTasksReply(std::move(response), {.provisioned_product_id = "", .page_size = 1}, ref);
  Reply<AliasStep> reply{.verdict = std::move(page.verdict)};
  if (!page.value.tasks.empty()) reply.value.task_id = page.value.tasks.front().uid();
  return reply;
}

}  // namespace taskgateway::service_catalog

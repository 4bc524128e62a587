#include "tools/simulator/cloud_control_api.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {

Answer AnswerCloudControl(const Call& call, TaskBook& tasks) {
  ScriptedTask* const task = tasks.Find(Api::kCloudControl, call.subject);
  if (task == nullptr) return {TaskNotFound(Api::kCloudControl), {}};

  const std::string request_id = absl::StrCat("{\"requestId\":", JsonString(call.request_id));
  if (call.action == "CancelTask") {
    if (!task->Cancel()) return {TaskNotCancellable(), {}};
    return {std::nullopt, Body(request_id + "}")};
  }
  task->CountRead();
  Body body(request_id);
  body.Append(",\"task\":");
  task->AppendTo(body);
  body.Append("}");
  return {std::nullopt, std::move(body)};
}

}  // namespace taskgateway::simulator

#include "tools/simulator/service_catalog_api.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {
namespace {

std::string RequestId(const Call& call) { return absl::StrCat("{\"RequestId\":", JsonString(call.request_id)); }

Answer GetTask(const Call& call, TaskBook& tasks) {
  const std::string id(call.Parameter("TaskId"));
  if (id.empty()) return {MissingParameter("TaskId"), {}};
  ScriptedTask* const task = tasks.Find(Api::kServiceCatalog, id);
  if (task == nullptr) return {TaskNotFound(Api::kServiceCatalog), {}};
  task->CountRead();
  Body body(RequestId(call));
  body.Append(",\"TaskDetail\":");
  task->AppendTo(body);
  body.Append("}");
  return {std::nullopt, std::move(body)};
}

// A whole number within bounds, or `fallback` for a missing one; nothing for anything else.
std::optional<int> Number(const Call& call, std::string_view name, int most, int fallback) {
  const std::string_view text = call.Parameter(name);
  if (text.empty()) return fallback;
  int number = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number) || number < 1 || number > most) {
    return std::nullopt;
  }
  return number;
}

Answer ListTasks(const Call& call, TaskBook& tasks) {
  const std::string product(call.Parameter("ProvisionedProductId"));
  if (product.empty()) return {MissingParameter("ProvisionedProductId"), {}};
  const std::optional<int> page = Number(call, "PageNumber", 1'000'000, 1);
  const std::optional<int> size = Number(call, "PageSize", 100, 10);
  if (!page) return {InvalidParameter("PageNumber"), {}};
  if (!size) return {InvalidParameter("PageSize"), {}};
  const std::string_view sort_by = call.Parameter("SortBy");
  const std::string_view order = call.Parameter("SortOrder");
  if (!sort_by.empty() && sort_by != "CreateTime") return {InvalidParameter("SortBy"), {}};
  if (!order.empty() && order != "Asc" && order != "Desc") return {InvalidParameter("SortOrder"), {}};
  std::optional<std::vector<ScriptedTask*>> all = tasks.TasksOf(product);
  if (!all) return {ProvisionedProductNotFound(), {}};
  if (order == "Asc") std::reverse(all->begin(), all->end());

  const std::size_t begin = std::min<std::size_t>(all->size(), static_cast<std::size_t>(*page - 1) * *size);
  const std::size_t end = std::min<std::size_t>(all->size(), begin + *size);
  Body body(RequestId(call));
  body.Append(absl::StrCat(",\"TotalCount\":", all->size(), ",\"PageNumber\":", *page, ",\"PageSize\":", *size,
                           ",\"TaskDetails\":["));
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) body.Append(",");
    (*all)[i]->AppendTo(body, false);
  }
  body.Append("]}");
  return {std::nullopt, std::move(body)};
}

Answer GetProvisionedProduct(const Call& call, TaskBook& tasks) {
  const std::string id(call.Parameter("ProvisionedProductId"));
  if (id.empty()) return {MissingParameter("ProvisionedProductId"), {}};
  const std::optional<std::string> product = tasks.ProductJson(id);
  if (!product) return {ProvisionedProductNotFound(), {}};
  return {std::nullopt, Body(absl::StrCat(RequestId(call), ",\"ProvisionedProductDetail\":", *product, "}"))};
}

// `prefix.1.first`, `prefix.2.first`, … with `prefix.1.second`, … as a list of objects.
std::string FlattenedList(const Call& call, std::string_view prefix, std::string_view first, std::string_view second) {
  std::string list = "[";
  for (int i = 1;; ++i) {
    const std::string start = absl::StrCat(std::string(prefix), ".", i, ".");
    const std::string_view key = call.Parameter(start + std::string(first));
    if (key.empty()) break;
    if (i > 1) list += ',';
    list += ObjectText({{std::string(first), JsonString(key)},
                        {std::string(second), JsonString(call.Parameter(start + std::string(second)))}});
  }
  return list + "]";
}

Answer LaunchProduct(const Call& call, TaskBook& tasks) {
  for (const std::string_view name : {"ProductId", "ProductVersionId", "ProvisionedProductName", "StackRegionId"}) {
    if (call.Parameter(name).empty()) return {MissingParameter(name), {}};
  }
  Members fields;
  for (const std::string_view name : {"PortfolioId", "ProductId", "ProductVersionId", "ProvisionedProductName"}) {
    if (!call.Parameter(name).empty()) SetMember(fields, name, JsonString(call.Parameter(name)));
  }
  SetMember(fields, "Parameters", FlattenedList(call, "Parameters", "ParameterKey", "ParameterValue"));
  SetMember(fields, "TaskTags", FlattenedList(call, "Tags", "Key", "Value"));
  const std::string id = tasks.Launch(fields);
  return {std::nullopt, Body(absl::StrCat(RequestId(call), ",\"ProvisionedProductId\":", JsonString(id), "}"))};
}

}  // namespace

Answer AnswerServiceCatalog(const Call& call, TaskBook& tasks) {
  if (call.action == "GetTask") return GetTask(call, tasks);
  if (call.action == "ListTasks") return ListTasks(call, tasks);
  if (call.action == "GetProvisionedProduct") return GetProvisionedProduct(call, tasks);
  if (call.action == "LaunchProduct") return LaunchProduct(call, tasks);
  return {ApiNotFound(), {}};
}

}  // namespace taskgateway::simulator

#include "tools/simulator/task_book.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "adapters/alibaba/timestamps.h"
#include "tools/simulator/default_fields.h"
#include "tools/simulator/strict_object.h"

namespace taskgateway::simulator {

LaunchScript DefaultLaunch() {
  LaunchScript launch;
  launch.task.api = Api::kServiceCatalog;
  launch.task.steps = {{.status = "InProgress"}, {.after = absl::Seconds(3), .status = "Succeeded"}};
  launch.task.log = LogScript{.entries = 3, .start_bytes = 200, .end_bytes = 8 << 10, .over = absl::Seconds(3)};
  return launch;
}

absl::StatusOr<LaunchScript> ReadLaunchScript(const rapidjson::Value& value, const std::string& path) {
  absl::Status problem;
  StrictObject object(value, path, problem);
  LaunchScript launch = DefaultLaunch();
  launch.task_after = object.Duration("task_after", launch.task_after);
  launch.task_at_request = object.Integer("task_at_request", 1, 1'000'000'000, 0);
  launch.task.fields = object.RawMembers("fields");
  std::vector<Step> steps = ReadSteps(object, "steps", Api::kServiceCatalog, problem);
  if (!steps.empty()) launch.task.steps = std::move(steps);
  object.Object("log", [&](const rapidjson::Value& log, const std::string& log_path) {
    launch.task.log = ReadLogScript(log, log_path, problem);
  });
  object.Finish();
  if (!problem.ok()) return problem;
  return launch;
}

void TaskBook::Put(TaskScript script) { Put(std::move(script), absl::ZeroDuration()); }

void TaskBook::Put(TaskScript script, absl::Duration age) {
  const Api api = script.api;
  const std::string id = script.id;
  Remove(api, id);
  auto task = std::make_unique<ScriptedTask>(std::move(script), clock_, age);
  if (api == Api::kServiceCatalog) {
    const std::string product_id = task->Field("ProvisionedProductId");
    const auto [product, is_new] = products_.try_emplace(product_id);
    if (is_new) product->second.create_time = clock_.Now() - age;
    product->second.tasks.push_back(id);
  }
  tasks_[{api, id}] = std::move(task);
}

bool TaskBook::Remove(Api api, const std::string& id) {
  if (api == Api::kServiceCatalog) {
    for (auto& [product_id, product] : products_) std::erase(product.tasks, id);
  }
  return tasks_.erase({api, id}) > 0;
}

bool TaskBook::Remove(const std::string& id) {
  const bool control = Remove(Api::kCloudControl, id);
  const bool catalog = Remove(Api::kServiceCatalog, id);
  return control || catalog;
}

ScriptedTask* TaskBook::Find(Api api, const std::string& id) {
  const auto found = tasks_.find({api, id});
  return found == tasks_.end() ? nullptr : found->second.get();
}

void TaskBook::PutProduct(const std::string& id, Members fields) {
  const auto [product, is_new] = products_.try_emplace(id);
  if (is_new) product->second.create_time = clock_.Now();
  product->second.fields = std::move(fields);
}

std::optional<std::string> TaskBook::ProductJson(const std::string& id) {
  const std::optional<std::vector<ScriptedTask*>> tasks = TasksOf(id);
  if (!tasks) return std::nullopt;
  const Product& product = products_.at(id);
  std::string status = product.hidden ? "UnderChange" : "Available";
  if (!tasks->empty()) {
    const std::string& last = tasks->front()->status();
    status = last == "InProgress" ? "UnderChange" : last == "Failed" ? "Error" : "Available";
  }
  Members fields = DefaultProductFields(id, status, alibaba::FormatTimestamp(product.create_time));
  if (!tasks->empty()) {
    SetMember(fields, "LastTaskId", JsonString(tasks->front()->id()));
    SetMember(fields, "LastProvisioningTaskId", JsonString(tasks->front()->id()));
  }
  const auto succeeded = std::find_if(tasks->begin(), tasks->end(),
                                      [](const ScriptedTask* task) { return task->status() == "Succeeded"; });
  if (succeeded != tasks->end()) {
    SetMember(fields, "LastSuccessfulProvisioningTaskId", JsonString((*succeeded)->id()));
  }
  SetMembers(fields, product.fields);
  return ObjectText(fields);
}

std::optional<std::vector<ScriptedTask*>> TaskBook::TasksOf(const std::string& product_id) {
  Product* const product = ReadProduct(product_id);
  if (product == nullptr) return std::nullopt;
  std::vector<ScriptedTask*> tasks;
  for (auto id = product->tasks.rbegin(); id != product->tasks.rend(); ++id) {
    tasks.push_back(Find(Api::kServiceCatalog, *id));
    tasks.back()->Advance();
  }
  return tasks;
}

std::string TaskBook::Launch(const Members& fields) {
  const std::string number = absl::StrFormat("%06d", ++launches_);
  std::string product_id = absl::StrCat("pp-launched-", number);
  TaskScript script = launch_.task;
  script.id = absl::StrCat("task-launched-", number);
  SetMembers(script.fields, fields);
  SetMember(script.fields, "ProvisionedProductId", JsonString(product_id));

  Product& product = products_[product_id];
  product.create_time = clock_.Now();
  product.hidden = std::move(script);
  product.due = clock_.Uptime() + launch_.task_after;
  product.reads_left = launch_.task_at_request;
  for (const auto& [name, json] : fields) {
    if (name == "Parameters" || name == "TaskTags") continue;  // of the task alone
    SetMember(product.fields, name, json);
  }
  return product_id;
}

TaskBook::Product* TaskBook::ReadProduct(const std::string& id) {
  const auto found = products_.find(id);
  if (found == products_.end()) return nullptr;
  Product& product = found->second;
  if (product.hidden) {
    const bool by_request = product.reads_left > 0;
    const bool shows = by_request ? --product.reads_left == 0 : clock_.Uptime() >= product.due;
    if (shows) {
      TaskScript script = *std::exchange(product.hidden, std::nullopt);
      Put(std::move(script), by_request ? absl::ZeroDuration() : clock_.Uptime() - product.due);
    }
  }
  return &product;
}

}  // namespace taskgateway::simulator

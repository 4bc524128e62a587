// All simulated tasks and provisioned products.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "tools/simulator/scripted_task.h"
#include "tools/simulator/task_script.h"

namespace taskgateway::simulator {

// What LaunchProduct sets going. The reply names no task: it shows up at its product later.
struct LaunchScript {
  // The task exists from this time after the launch on.
  absl::Duration task_after = absl::Seconds(1);
  // Else from this GetProvisionedProduct or ListTasks of the product on, counted from 1. 0: `task_after` counts.
  std::int64_t task_at_request = 0;
  // Its steps, fields and log; the id is made up.
  TaskScript task;
};

// In progress for three seconds, then succeeded, with a growing log.
LaunchScript DefaultLaunch();

// Reads `{task_after or task_at_request, steps, fields, log}`; what is missing is as in DefaultLaunch.
absl::StatusOr<LaunchScript> ReadLaunchScript(const rapidjson::Value& value, const std::string& path);

// The simulator's thread only.
class TaskBook {
 public:
  // `clock` outlives the book.
  explicit TaskBook(const base::Clock& clock) : clock_(clock) {}

  // Adds a task, or replaces the one of the same API and id; it starts now. A Service Catalog task joins the
  // provisioned product that its ProvisionedProductId names, as its newest.
  void Put(TaskScript script);
  // Removes the tasks of that id from both APIs. False when neither has one.
  bool Remove(const std::string& id);
  // A null pointer when there is none.
  ScriptedTask* Find(Api api, const std::string& id);

  // A provisioned product that has no task yet; `fields` win over the defaults.
  void PutProduct(const std::string& id, Members fields);
  // The detail object of GetProvisionedProduct, as JSON; nothing for an unknown product.
  std::optional<std::string> ProductJson(const std::string& id);
  // Its tasks, newest first; nothing for an unknown product.
  std::optional<std::vector<ScriptedTask*>> TasksOf(const std::string& product_id);

  // Creates a product and, later, its task. `fields` are those of the task that the launch request sets. Answers the
  // product's id.
  std::string Launch(const Members& fields);
  void set_launch(LaunchScript launch) { launch_ = std::move(launch); }

 private:
  struct Product {
    Members fields;
    absl::Time create_time;
    std::vector<std::string> tasks;  // oldest first
    // A launched task that does not show yet.
    std::optional<TaskScript> hidden;
    absl::Duration due;  // uptime
    std::int64_t reads_left = 0;
  };

  void Put(TaskScript script, absl::Duration age);
  bool Remove(Api api, const std::string& id);
  Product* ReadProduct(const std::string& id);

  const base::Clock& clock_;
  LaunchScript launch_ = DefaultLaunch();
  std::map<std::pair<Api, std::string>, std::unique_ptr<ScriptedTask>> tasks_;
  std::map<std::string, Product> products_;
  int launches_ = 0;
};

}  // namespace taskgateway::simulator

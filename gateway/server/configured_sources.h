// Sources, with their accounts' keys and their budgets, as the configuration describes them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "gateway/base/event_loop.h"
#include "gateway/tasks/source.h"
#include "gateway/upstream/budget.h"
#include "gateway/upstream/credential_source.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// Made before the loop runs and destroyed after it has ended; in between everything in it belongs to the loop thread.
class ConfiguredSources {
 public:
  // `config` is one that LoadConfig gave; its keys are moved out of it. `loop` outlives the result. Error:
  // FAILED_PRECONDITION, naming field and remedy, when the environment lacks keys.
  static absl::StatusOr<std::unique_ptr<ConfiguredSources>> Make(config::v1::Config* config,
                                                                 const upstream::EnvironmentLookup& environment,
                                                                 base::EventLoop& loop);

  // Asks every account for its keys until it has had some, and calls `has_keys` then. Before the loop runs.
  void AwaitKeys(base::EventLoop& loop, const std::function<void()>& has_keys);

  const tasks::Sources& sources() const { return *sources_; }

 private:
  // A budget belongs to kind, account, endpoint and operation: two APIs never share one, though both call an operation
  // `GetTask` and may have one endpoint (the simulator's).
  using BudgetKey = std::tuple<std::string, std::string, std::string, std::string>;

  ConfiguredSources() = default;
  absl::Status AddAccount(int index, config::v1::Account* account, const upstream::EnvironmentLookup& environment);
  void AddBudgets(const config::v1::Config& config, base::EventLoop& loop);
  void AddSources(const config::v1::Config& config);

  std::map<std::string, std::unique_ptr<upstream::CredentialSource>> credentials_;
  std::map<BudgetKey, std::unique_ptr<upstream::Budget>> budgets_;
  std::unique_ptr<tasks::Sources> sources_;
};

}  // namespace taskgateway::server

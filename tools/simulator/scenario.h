// A scenario: what the simulator should play, from a file or a string.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "rapidjson/document.h"
#include "tools/simulator/fault.h"
#include "tools/simulator/signature_check.h"
#include "tools/simulator/task_book.h"

namespace taskgateway::simulator {

// A provisioned product with members that win over the defaults.
struct ProductScript {
  std::string id;
  Members fields;
};

// `access_keys`, `tasks`, `provisioned_products`, `launch` and `faults`, each as its reader describes it.
struct Scenario {
  std::vector<AccessKey> access_keys;
  std::vector<TaskScript> tasks;
  std::vector<ProductScript> products;
  std::optional<LaunchScript> launch;
  std::vector<FaultRule> faults;
};

// Reads `{id, fields}`.
absl::StatusOr<ProductScript> ReadProductScript(const rapidjson::Value& value, const std::string& path);

// Reads YAML (JSON is YAML). Errors: INVALID_ARGUMENT that names the field and the remedy.
absl::StatusOr<Scenario> ParseScenario(std::string_view yaml);
// The same from a file; errors begin with its name. NOT_FOUND when it cannot be read.
absl::StatusOr<Scenario> LoadScenario(const std::string& path);

}  // namespace taskgateway::simulator

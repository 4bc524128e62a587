#include "tools/simulator/scenario.h"

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tools/simulator/strict_object.h"
#include "tools/simulator/yaml_to_json.h"

namespace taskgateway::simulator {
namespace {

// Reads each element of the list `name` with `read` into `out`.
template <typename T>
void ReadList(StrictObject& object, std::string_view name,
              absl::StatusOr<T> (*read)(const rapidjson::Value&, const std::string&), std::vector<T>& out,
              absl::Status& problem) {
  object.Each(name, [&](const rapidjson::Value& value, const std::string& path) {
    absl::StatusOr<T> element = read(value, path);
    if (element.ok()) {
      out.push_back(*std::move(element));
    } else {
      problem.Update(element.status());
    }
  });
}

}  // namespace

absl::StatusOr<ProductScript> ReadProductScript(const rapidjson::Value& value, const std::string& path) {
  absl::Status problem;
  StrictObject object(value, path, problem);
  ProductScript product{object.RequiredText("id"), object.RawMembers("fields")};
  object.Finish();
  if (!problem.ok()) return problem;
  return product;
}

absl::StatusOr<Scenario> ParseScenario(std::string_view yaml) {
  const absl::StatusOr<rapidjson::Document> document = YamlToJson(yaml);
  if (!document.ok()) return document.status();
  absl::Status problem;
  StrictObject object(*document, "", problem);
  Scenario scenario;
  ReadList(object, "access_keys", &ReadAccessKey, scenario.access_keys, problem);
  ReadList(object, "tasks", &ReadTaskScript, scenario.tasks, problem);
  ReadList(object, "provisioned_products", &ReadProductScript, scenario.products, problem);
  object.Object("launch", [&](const rapidjson::Value& value, const std::string& path) {
    absl::StatusOr<LaunchScript> launch = ReadLaunchScript(value, path);
    problem.Update(launch.status());
    if (launch.ok()) scenario.launch = *std::move(launch);
  });
  ReadList(object, "faults", &ReadFaultRule, scenario.faults, problem);
  object.Finish();
  if (!problem.ok()) return problem;
  return scenario;
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read; name a scenario file that exists"));
  absl::StatusOr<Scenario> scenario = ParseScenario(text.str());
  if (!scenario.ok()) {
    return absl::Status(scenario.status().code(), absl::StrCat(path, ": ", scenario.status().message()));
  }
  return scenario;
}

}  // namespace taskgateway::simulator

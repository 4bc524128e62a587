#include "tools/simulator/default_fields.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {
namespace {

Members Texts(const std::vector<std::pair<std::string, std::string>>& texts) {
  Members members;
  for (const auto& [name, text] : texts) members.emplace_back(name, JsonString(text));
  return members;
}

}  // namespace

Members DefaultFields(Api api, const std::string& id, const std::string& status, const std::string& create_time,
                      const std::string& update_time) {
  if (api == Api::kCloudControl) {
    return Texts({{"createTime", create_time},
                  {"product", "ECS"},
                  {"regionId", "cn-hangzhou"},
                  {"resourceId", "i-simulated"},
                  {"resourcePath", "Instance/i-simulated"},
                  {"resourceType", "Instance"},
                  {"status", status},
                  {"taskAction", "Create"},
                  {"taskId", id}});
  }
  Members fields = Texts({{"TaskId", id},
                          {"TaskType", "LaunchProduct"},
                          {"PortfolioId", "port-simulated"},
                          {"ProductId", "prod-simulated"},
                          {"ProductName", "Simulated ECS instance"},
                          {"ProductVersionId", "pv-simulated"},
                          {"ProductVersionName", "1.0"},
                          {"ProvisionedProductId", absl::StrCat("pp-", id)},
                          {"ProvisionedProductName", absl::StrCat("product of ", id)}});
  fields.emplace_back("Parameters", R"([{"ParameterKey":"instance_type","ParameterValue":"ecs.s6-c1m1.small"}])");
  fields.emplace_back("Outputs", status == "Succeeded" ? R"([{"OutputKey":"instance_id","OutputValue":"i-simulated",)"
                                                         R"("Description":"The ECS instance ID."}])"
                                                       : "[]");
  fields.emplace_back("Log", R"({"TerraformLogs":[]})");
  SetMembers(fields, Texts({{"Status", status}, {"StatusMessage", ""}, {"CreateTime", create_time}}));
  SetMember(fields, "UpdateTime", JsonString(update_time));
  fields.emplace_back("TaskTags", R"([{"Key":"made-by","Value":"simulator"}])");
  return fields;
}

Members DefaultProductFields(const std::string& id, const std::string& status, const std::string& create_time) {
  return Texts({{"ProvisionedProductId", id},
                {"ProvisionedProductName", absl::StrCat("product ", id)},
                {"ProvisionedProductArn", absl::StrCat("acs:servicecatalog:cn-hangzhou:1:provisionedproduct/", id)},
                {"ProvisionedProductType", "RosStack"},
                {"PortfolioId", "port-simulated"},
                {"ProductId", "prod-simulated"},
                {"ProductName", "Simulated ECS instance"},
                {"ProductVersionId", "pv-simulated"},
                {"ProductVersionName", "1.0"},
                {"OwnerPrincipalId", "1"},
                {"OwnerPrincipalType", "RamUser"},
                {"StackId", absl::StrCat("stack-", id)},
                {"StackRegionId", "cn-hangzhou"},
                {"Status", status},
                {"StatusMessage", ""},
                {"CreateTime", create_time}});
}

}  // namespace taskgateway::simulator

#include "adapters/service_catalog/requests.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/alibaba/signer.h"

namespace taskgateway::service_catalog {
namespace {

core::HttpRequest Request(std::string_view action, std::string query) {
  return {.method = "POST",
          .host = "",
          .path = "/",
          .query = std::move(query),
          .headers = {{"x-acs-action", std::string(action)},
                      {"x-acs-version", "2021-09-01"},
                      {"accept", "application/json"}},
          .body = ""};
}

}  // namespace

core::HttpRequest GetTaskRequest(std::string_view task_id) {
  core::HttpRequest request = Request("GetTask", "");
  request.headers.push_back({"content-type", "application/x-www-form-urlencoded"});
  request.body = alibaba::CanonicalQuery({{"TaskId", std::string(task_id)}});
  return request;
}

core::HttpRequest ListTasksRequest(const ListQuery& query) {
  return Request("ListTasks", alibaba::CanonicalQuery({{"ProvisionedProductId", query.provisioned_product_id},
                                                       {"SortBy", "CreateTime"},
                                                       {"SortOrder", "Desc"},
                                                       {"PageNumber", absl::StrCat(query.page_number)},
                                                       {"PageSize", absl::StrCat(query.page_size)}}));
}

core::HttpRequest GetProvisionedProductRequest(std::string_view provisioned_product_id) {
  return Request("GetProvisionedProduct",
                 alibaba::CanonicalQuery({{"ProvisionedProductId", std::string(provisioned_product_id)}}));
}

}  // namespace taskgateway::service_catalog

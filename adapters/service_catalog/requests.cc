#include "adapters/service_catalog/requests.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/alibaba/signer.h"

namespace taskgateway::service_catalog {
namespace {

core::HttpRequest Request(std::string_view action, std::string query) {
  core::HttpRequest request;
  request.method = "POST";
  request.path = "/";
  request.query = std::move(query);
  request.headers.reserve(9);  // with the body's and those of the signature
  request.headers.push_back({"x-acs-action", std::string(action)});
  request.headers.push_back({"x-acs-version", "2021-09-01"});
  request.headers.push_back({"accept", "application/json"});
  return request;
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

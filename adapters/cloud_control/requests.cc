#include "adapters/cloud_control/requests.h"

#include <string>
#include <utility>

#include "adapters/alibaba/signer.h"

namespace taskgateway::cloud_control {
namespace {

core::HttpRequest Request(std::string_view method, std::string_view action, std::string path) {
  core::HttpRequest request;
  request.method = method;
  request.path = std::move(path);
  request.headers.reserve(8);  // with those of the signature
  request.headers.push_back({"x-acs-action", std::string(action)});
  request.headers.push_back({"x-acs-version", "2022-08-30"});
  request.headers.push_back({"accept", "application/json"});
  return request;
}

std::string TaskPath(std::string_view task_id) { return "/api/v1/tasks/" + alibaba::PercentEncode(task_id); }

}  // namespace

core::HttpRequest GetTaskRequest(std::string_view task_id) { return Request("GET", "GetTask", TaskPath(task_id)); }

core::HttpRequest CancelTaskRequest(std::string_view task_id) {
  return Request("PUT", "CancelTask", TaskPath(task_id) + "/operation/cancel");
}

}  // namespace taskgateway::cloud_control

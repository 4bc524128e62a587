#include "adapters/service_catalog/service_catalog.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "adapters/alibaba/signer.h"
#include "adapters/service_catalog/decoder.h"
#include "adapters/service_catalog/requests.h"

namespace taskgateway::service_catalog {

// Service Catalog documents no limit; 5 calls/s is a careful guess.
ServiceCatalogAdapter::ServiceCatalogAdapter()
    : traits_{.kind = "service_catalog",
              .can_list = true,
              .has_logs = true,
              .has_latest_alias = true,
              .min_poll_interval = absl::Seconds(3),
              .operations = {
                  {.name = "GetTask", .requests_per_second = 5, .burst = 5, .max_reply_bytes = kMaxGetTaskReplyBytes},
                  {.name = "ListTasks", .requests_per_second = 5, .burst = 5, .max_reply_bytes = kMaxReplyBytes},
                  {.name = "GetProvisionedProduct",
                   .requests_per_second = 5,
                   .burst = 5,
                   .max_reply_bytes = kMaxReplyBytes},
              }} {}

core::HttpRequest ServiceCatalogAdapter::GetTask(std::string_view task_id) const { return GetTaskRequest(task_id); }

Reply<DecodedTask> ServiceCatalogAdapter::DecodeGetTask(core::HttpResponse response, const TaskRef& ref,
                                                        bool want_raw) const {
  return DecodeGetTaskReply(std::move(response), ref, want_raw);
}

core::HttpRequest ServiceCatalogAdapter::ListTasks(const ListQuery& query) const { return ListTasksRequest(query); }

Reply<TaskPage> ServiceCatalogAdapter::DecodeListTasks(core::HttpResponse response, const ListQuery& query,
                                                       const TaskRef& ref) const {
  return DecodeListTasksReply(std::move(response), query, ref);
}

std::optional<AliasLookup> ServiceCatalogAdapter::ResolveAlias(std::string_view provisioned_product_id,
                                                               int step) const {
  switch (step) {
    case 0:
      return AliasLookup{"GetProvisionedProduct", GetProvisionedProductRequest(provisioned_product_id)};
    case 1:
      return AliasLookup{"ListTasks", ListTasksRequest({.provisioned_product_id = std::string(provisioned_product_id),
                                                        .page_number = 1,
                                                        .page_size = 1})};
    default:
      return std::nullopt;
  }
}

Reply<AliasStep> ServiceCatalogAdapter::DecodeResolveAlias(core::HttpResponse response, int step,
                                                           const TaskRef& ref) const {
  if (step == 0) return DecodeGetProvisionedProductReply(std::move(response), ref);
  return DecodeNewestTaskReply(std::move(response), ref);
}

void ServiceCatalogAdapter::Sign(core::HttpRequest& request, const core::Credentials& credentials,
                                 const SigningContext& context) const {
  alibaba::Sign(request, credentials, context);
}

}  // namespace taskgateway::service_catalog

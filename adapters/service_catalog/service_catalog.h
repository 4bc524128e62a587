// The adapter of Service Catalog (kind `service_catalog`): tasks that launch, update and terminate provisioned
// products.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/task_adapter.h"

namespace taskgateway::service_catalog {

class ServiceCatalogAdapter final : public TaskAdapter {
 public:
  ServiceCatalogAdapter();

  const Traits& traits() const override { return traits_; }

  core::HttpRequest GetTask(std::string_view task_id) const override;
  Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const override;

  core::HttpRequest ListTasks(const ListQuery& query) const override;
  Reply<TaskPage> DecodeListTasks(core::HttpResponse response, const ListQuery& query,
                                  const TaskRef& ref) const override;

  // Step 0 asks the provisioned product for its last task, step 1 lists its newest one: a launch returns no task id.
  std::optional<AliasLookup> ResolveAlias(std::string_view provisioned_product_id, int step) const override;
  Reply<AliasStep> DecodeResolveAlias(core::HttpResponse response, int step, const TaskRef& ref) const override;

  void Sign(core::HttpRequest& request, const core::Credentials& credentials,
            const SigningContext& context) const override;

 private:
  const Traits traits_;
};

}  // namespace taskgateway::service_catalog

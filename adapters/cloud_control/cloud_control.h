// The adapter of Cloud Control (kind `cloud_control`): tasks of resource operations.
#pragma once

#include <string_view>

#include "adapters/task_adapter.h"

namespace taskgateway::cloud_control {

class CloudControlAdapter final : public TaskAdapter {
 public:
  CloudControlAdapter();

  const Traits& traits() const override { return traits_; }

  core::HttpRequest GetTask(std::string_view task_id) const override;
  Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const override;

  core::HttpRequest CancelTask(std::string_view task_id) const override;
  Verdict DecodeCancelTask(core::HttpResponse response, const TaskRef& ref) const override;

  void Sign(core::HttpRequest& request, const core::Credentials& credentials,
            const SigningContext& context) const override;

 private:
  const Traits traits_;
};

}  // namespace taskgateway::cloud_control

#include "adapters/cloud_control/cloud_control.h"

#include <utility>

#include "absl/time/time.h"
#include "adapters/alibaba/signer.h"
#include "adapters/cloud_control/decoder.h"
#include "adapters/cloud_control/requests.h"

namespace taskgateway::cloud_control {

// The documented limit is 100 calls/s per main account and region, shared with everything else that the account runs;
// the gateway takes a fifth of it (help.aliyun.com, Cloud Control API, quotas).
CloudControlAdapter::CloudControlAdapter()
    : traits_{.kind = "cloud_control",
              .can_cancel = true,
              .min_poll_interval = absl::Seconds(1),
              .operations = {
                  {.name = "GetTask", .requests_per_second = 20, .burst = 20, .max_reply_bytes = kMaxReplyBytes},
                  {.name = "CancelTask", .requests_per_second = 20, .burst = 20, .max_reply_bytes = kMaxReplyBytes},
              }} {}

core::HttpRequest CloudControlAdapter::GetTask(std::string_view task_id) const { return GetTaskRequest(task_id); }

Reply<DecodedTask> CloudControlAdapter::DecodeGetTask(core::HttpResponse response, const TaskRef& ref,
                                                      bool want_raw) const {
  return DecodeGetTaskReply(std::move(response), ref, want_raw);
}

core::HttpRequest CloudControlAdapter::CancelTask(std::string_view task_id) const { return CancelTaskRequest(task_id); }

Verdict CloudControlAdapter::DecodeCancelTask(core::HttpResponse response, const TaskRef& ref) const {
  return DecodeCancelTaskReply(std::move(response), ref);
}

void CloudControlAdapter::Sign(core::HttpRequest& request, const core::Credentials& credentials,
                               const SigningContext& context) const {
  alibaba::Sign(request, credentials, context);
}

}  // namespace taskgateway::cloud_control

// The adapter of the simulated sources: the fake one, with every signal that an adapter can give.
#pragma once

#include <string_view>

#include "tests/support/fake_adapter.h"

namespace taskgateway::simulation {

// Besides what FakeAdapter reads: 429 is throttling, with its hint in `x-retry-after-ms` when there is one; 401 rejects
// the credentials; 408 the clock, with the server's in `x-now` (unix milliseconds); 5xx and HTML may pass. `x-detail`
// says whose task the reply is about, `x-reply` becomes its source_request_id.
class SimulatedAdapter final : public TaskAdapter {
 public:
  // One that `overlooks_throttling` takes it for an error like any other.
  explicit SimulatedAdapter(bool overlooks_throttling) : overlooks_throttling_(overlooks_throttling) {}

  const Traits& traits() const override { return fake_.traits(); }
  core::HttpRequest GetTask(std::string_view task_id) const override { return fake_.GetTask(task_id); }
  Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const override;
  void Sign(core::HttpRequest& request, const core::Credentials& credentials,
            const SigningContext& context) const override;

 private:
  Verdict Refusal(const core::HttpResponse& response, const TaskRef& ref) const;

  const bool overlooks_throttling_;
  support::FakeAdapter fake_;
};

}  // namespace taskgateway::simulation

#include "tests/simulation/simulated_adapter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::simulation {
namespace {

std::optional<std::int64_t> NumberIn(const core::HttpHeaders& headers, std::string_view name) {
  std::int64_t number = 0;
  if (!absl::SimpleAtoi(std::string(core::FindHeader(headers, name)), &number)) return std::nullopt;
  return number;
}

}  // namespace

Reply<DecodedTask> SimulatedAdapter::DecodeGetTask(core::HttpResponse response, const TaskRef& ref,
                                                   bool want_raw) const {
  const bool html = response.status == 200 && response.body.starts_with("<");
  const bool ours =
      response.status == 401 || response.status == 408 || response.status == 429 || html || response.status >= 500;
  if (ours) return {.verdict = Refusal(response, ref)};
  std::string number(core::FindHeader(response.headers, "x-reply"));
  Reply<DecodedTask> reply = fake_.DecodeGetTask(std::move(response), ref, want_raw);
  if (reply.verdict.status.ok()) reply.value.task->set_source_request_id(std::move(number));
  return reply;
}

Verdict SimulatedAdapter::Refusal(const core::HttpResponse& response, const TaskRef& ref) const {
  const core::UpstreamError error{.host = ref.host, .http_status = response.status};
  Verdict verdict;
  verdict.signal = Signal::kTransient;
  if (response.status == 429 && !overlooks_throttling_) {
    verdict.signal = Signal::kThrottled;
    if (const auto hint = NumberIn(response.headers, "x-retry-after-ms"))
      verdict.retry_after = absl::Milliseconds(*hint);
    verdict.status = core::UpstreamThrottled(error, verdict.retry_after.value_or(absl::ZeroDuration()));
  } else if (response.status == 401) {
    verdict.signal = Signal::kCredentialsRejected;
    verdict.status = core::UpstreamCredentialsRejected(error);
  } else if (response.status == 408) {
    verdict.signal = Signal::kClockSkew;
    verdict.server_time = absl::FromUnixMillis(NumberIn(response.headers, "x-now").value_or(0));
    verdict.status = core::UpstreamMisconfigured(error);
  } else {
    verdict.status = core::UpstreamUnavailable(response.status == 200 ? "UPSTREAM_BROKEN_REPLY" : "UPSTREAM_ERROR",
                                               error, absl::Seconds(1));
  }
  return verdict;
}

void SimulatedAdapter::Sign(core::HttpRequest& request, const core::Credentials& credentials,
                            const SigningContext& context) const {
  request.headers.push_back({"x-key", credentials.access_key_id});
  request.headers.push_back({"x-time", std::to_string(absl::ToUnixMillis(context.time))});
}

}  // namespace taskgateway::simulation

#include "tools/simulator/cloud.h"

#include "tools/simulator/cloud_control_api.h"
#include "tools/simulator/gzip.h"
#include "tools/simulator/service_catalog_api.h"

namespace taskgateway::simulator {
namespace {

// A bijection that spreads a counter over all bits (splitmix64), so that request ids look like the vendor's and never
// repeat.
std::uint64_t Spread(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void ApplyTo(Reply& reply, const Fault& fault) {
  for (const core::HttpHeader& header : fault.headers) reply.headers.push_back(header);
  reply.delivery = fault.delivery;
  if (fault.gzip) {
    reply.body = Body(Gzip(reply.body.ToString()));
    reply.headers.push_back({"Content-Encoding", "gzip"});
  }
}

}  // namespace

Cloud::Cloud(const base::Clock& clock, std::size_t ledger_capacity)
    : clock_(clock), keys_(clock_), tasks_(clock_), ledger_(ledger_capacity) {}

Reply Cloud::Serve(const core::HttpRequest& request, bool tls) {
  const std::string request_id = NewRequestId();
  Call call = ReadCall(request);
  call.request_id = request_id;

  Answer answer;
  Reply reply;
  std::optional<Fault> fault;
  answer.error = keys_.Verify(request);
  if (!answer.error) fault = faults_.Take(call.api, call.action, call.subject);
  if (fault && fault->foreign) {
    reply.status = fault->foreign->status;
    reply.content_type = fault->foreign->content_type;
    reply.body = Body(fault->foreign->text);
  } else {
    if (fault && fault->error) {
      answer.error = fault->error;
    } else if (!answer.error) {
      answer = AnswerOf(call);
    }
    if (answer.error) {
      reply.status = answer.error->status;
      reply.content_type = ContentTypeOf(answer.error->envelope);
      reply.body = Body(RenderError(*answer.error, request_id, request.host));
    } else {
      reply.body = std::move(answer.body);
    }
  }
  reply.headers.push_back({"x-acs-request-id", request_id});
  if (fault) ApplyTo(reply, *fault);

  const bool silent = reply.delivery.hang || reply.delivery.reset == Delivery::Reset::kBeforeHeaders;
  reply.sequence = ledger_.Add({
      .time = clock_.Now(),
      .api = call.api,
      .action = std::string(call.action),
      .task_id = std::move(call.subject),
      .http_status = silent ? 0 : reply.status,
      .code = answer.error ? answer.error->code : "",
      .access_key_id = std::string(AccessKeyIdOf(core::FindHeader(request.headers, "authorization"))),
      .nonce = std::string(core::FindHeader(request.headers, "x-acs-signature-nonce")),
      .retry_attempts = std::string(core::FindHeader(request.headers, "x-acs-retry-attempts")),
      .tls = tls,
      .faulted = fault.has_value(),
  });
  return reply;
}

Answer Cloud::AnswerOf(const Call& call) {
  switch (call.api) {
    case Api::kCloudControl:
      return AnswerCloudControl(call, tasks_);
    case Api::kServiceCatalog:
      return AnswerServiceCatalog(call, tasks_);
    case Api::kUnknown:
      break;
  }
  return {ApiNotFound(), {}};
}

std::string Cloud::NewRequestId() {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string id = "00000000-0000-5000-8000-000000000000";
  std::uint64_t high = Spread(++requests_);
  std::uint64_t low = Spread(~requests_);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (id[i] != '0') continue;
    std::uint64_t& source = i < 18 ? high : low;
    id[i] = kDigits[source & 15];
    source >>= 4;
  }
  return id;
}

}  // namespace taskgateway::simulator

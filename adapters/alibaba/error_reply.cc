#include "adapters/alibaba/error_reply.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "adapters/alibaba/error_class.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/alibaba/xml_error.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::alibaba {
namespace {

constexpr absl::Duration kMaxRetryAfter = absl::Hours(1);
// A longer body is no error envelope, and would be copied to be parsed.
constexpr std::size_t kMaxEnvelopeBytes = std::size_t{1} << 20;

ErrorReply ReadXml(std::string_view body) {
  return {.code = XmlErrorField(body, "Code"),
          .message = XmlErrorField(body, "Message"),
          .request_id = XmlErrorField(body, "RequestId"),
          .ram_action = ""};
}

// The number at the front of `text`, if it is one within an hour of `unit`.
std::optional<absl::Duration> Wait(std::string_view text, absl::Duration unit) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.starts_with('-')) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  // Only white space or the next element of a list may follow: an HTTP date is a number first, too.
  const bool ended = end == text.data() + text.size() || *end == ',' || *end == ' ' || *end == ';';
  if (!ended || (error == std::errc() && number == 0)) return std::nullopt;
  if (error == std::errc::result_out_of_range) return kMaxRetryAfter;
  if (error != std::errc()) return std::nullopt;
  return std::min(number * unit, kMaxRetryAfter);
}

}  // namespace

ErrorReply ReadErrorEnvelope(const core::JsonValue& root) {
  ErrorReply error{.code = core::TextOfMember(root, "Code"),
                   .message = core::TextOfMember(root, "Message"),
                   .request_id = core::TextOfMember(root, "RequestId"),
                   .ram_action = ""};
  if (const core::JsonValue* detail = core::FindMember(root, "AccessDeniedDetail")) {
    error.ram_action = core::TextOfMember(*detail, "AuthAction");
  }
  return error;
}

ErrorReply ReadErrorReply(const core::HttpResponse& response) {
  ErrorReply error;
  if (response.body.size() <= kMaxEnvelopeBytes) {
    const absl::StatusOr<core::JsonDocument> document = core::JsonDocument::Parse(response.body);
    error = document.ok() ? ReadErrorEnvelope(document->root()) : ReadXml(response.body);
  }
  if (error.request_id.empty()) error.request_id = core::FindHeader(response.headers, "x-acs-request-id");
  return error;
}

std::optional<absl::Duration> RetryAfter(const core::HttpHeaders& headers) {
  if (const auto wait = Wait(core::FindHeader(headers, "x-acs-retry-after"), absl::Milliseconds(1))) return wait;
  for (const std::string_view name : {"x-ratelimit-user-api", "x-ratelimit-user"}) {
    constexpr std::string_view kKey = "TimeLeft:";
    const std::string_view limits = core::FindHeader(headers, name);
    const std::size_t key = limits.find(kKey);
    if (key == std::string_view::npos) continue;
    if (const auto wait = Wait(limits.substr(key + kKey.size()), absl::Milliseconds(1))) return wait;
  }
  return Wait(core::FindHeader(headers, "retry-after"), absl::Seconds(1));
}

Verdict ErrorVerdict(const core::HttpResponse& response, const TaskRef& ref, std::string_view ram_action) {
  return ClassifyError(ReadErrorReply(response), response, ref, ram_action);
}

Verdict ClassifyError(const ErrorReply& error, const core::HttpResponse& response, const TaskRef& ref,
                      std::string_view ram_action) {
  core::UpstreamError upstream{.host = ref.host,
                               .http_status = response.status,
                               .code = error.code,
                               .message = error.message,
                               .request_id = error.request_id,
                               .ram_action = error.ram_action};
  const std::optional<absl::Duration> retry_after = RetryAfter(response.headers);
  const absl::Duration delay = retry_after.value_or(absl::ZeroDuration());
  const auto verdict = [&retry_after](absl::Status status, Signal signal = Signal::kNone) {
    return Verdict{.status = std::move(status), .signal = signal, .retry_after = retry_after};
  };
  ErrorClass meaning = ClassOf(error.code, response.status);
  // A refusal that says nothing is no reply of the API: a proxy's or a firewall's page. Too many requests is plain
  // enough.
  const bool silent = error.code.empty() && error.message.empty();
  if (silent && response.status >= 400 && response.status < 500 && meaning != ErrorClass::kThrottled) {
    meaning = ErrorClass::kBrokenReply;
  }
  // What follows a bracket repeats what was signed (`server StringToSign is [...`), which is nothing for callers.
  if (meaning == ErrorClass::kCredentialsRejected || meaning == ErrorClass::kMisconfigured ||
      meaning == ErrorClass::kNonceUsed || meaning == ErrorClass::kClockSkew) {
    upstream.message = upstream.message.substr(0, upstream.message.find('['));
  }
  switch (meaning) {
    case ErrorClass::kTaskNotFound:
      return verdict(core::TaskNotFound(ref.name, upstream));
    case ErrorClass::kProductNotFound:
      return verdict(core::ProductNotFound(ref.name, upstream));
    case ErrorClass::kTaskAlreadyDone:
      return verdict(core::TaskAlreadyDone(ref.name, upstream));
    case ErrorClass::kThrottled:
      return verdict(core::UpstreamThrottled(upstream, delay), Signal::kThrottled);
    case ErrorClass::kUnavailable:
      return verdict(core::UpstreamUnavailable("UPSTREAM_ERROR", upstream, delay), Signal::kTransient);
    case ErrorClass::kPermissionDenied:
      if (upstream.ram_action.empty()) upstream.ram_action = ram_action;
      return verdict(core::UpstreamPermissionDenied(upstream));
    case ErrorClass::kCredentialsRejected:
      return verdict(core::UpstreamCredentialsRejected(upstream), Signal::kCredentialsRejected);
    case ErrorClass::kMisconfigured:
      return verdict(core::UpstreamMisconfigured(upstream));
    case ErrorClass::kNonceUsed:
      // Each attempt has a nonce of its own; when that does not help, something between us and the upstream sends
      // requests twice.
      return verdict(core::UpstreamMisconfigured(upstream), Signal::kTransient);
    case ErrorClass::kClockSkew: {
      Verdict skew = verdict(core::UpstreamMisconfigured(upstream), Signal::kClockSkew);
      skew.server_time = ParseHttpDate(core::FindHeader(response.headers, "date"));
      return skew;
    }
    case ErrorClass::kBrokenReply:
      return verdict(core::UpstreamUnavailable("UPSTREAM_BROKEN_REPLY", upstream, delay), Signal::kTransient);
    case ErrorClass::kRejected:
      return verdict(core::UpstreamRejected(upstream));
  }
  return verdict(core::Internal("an error class without a verdict"));
}

Verdict BrokenReply(const core::HttpResponse& response, const TaskRef& ref, const absl::Status& parse_error) {
  const bool too_large = absl::IsResourceExhausted(parse_error);
  const core::UpstreamError error{.host = ref.host,
                                  .http_status = response.status,
                                  .message = {parse_error.message().data(), parse_error.message().size()},
                                  .request_id = core::FindHeader(response.headers, "x-acs-request-id")};
  return {.status = core::UpstreamUnavailable(too_large ? "UPSTREAM_REPLY_TOO_LARGE" : "UPSTREAM_BROKEN_REPLY", error,
                                              absl::ZeroDuration()),
          .signal = too_large ? Signal::kNone : Signal::kTransient};
}

}  // namespace taskgateway::alibaba

#include "gateway/upstream/transfer_verdict.h"

#include "adapters/core/status_catalogue.h"

namespace taskgateway::upstream {
namespace {

Verdict Unavailable(std::string_view reason, const TransferResult& failed, std::string_view host, Signal signal,
                    absl::Duration retry_after) {
  core::UpstreamError error;
  error.host = host;
  error.message = failed.detail;
  Verdict verdict;
  verdict.status = core::UpstreamUnavailable(reason, error, retry_after);
  verdict.signal = signal;
  return verdict;
}

}  // namespace

Verdict TransferVerdict(const TransferResult& failed, std::string_view host) {
  switch (failed.error) {
    case TransferError::kUnreachable:
      return Unavailable("UPSTREAM_UNREACHABLE", failed, host, Signal::kTransient, absl::Seconds(1));
    case TransferError::kTimeout:
      return Unavailable("UPSTREAM_TIMEOUT", failed, host, Signal::kTransient, absl::Seconds(1));
    case TransferError::kBrokenReply:
      return Unavailable("UPSTREAM_BROKEN_REPLY", failed, host, Signal::kTransient, absl::Seconds(1));
    case TransferError::kTooLarge:
      return Unavailable("UPSTREAM_REPLY_TOO_LARGE", failed, host, Signal::kNone, absl::Minutes(1));
    case TransferError::kNone:
      break;
  }
  return {core::Internal("a whole reply taken for a failed exchange"), Signal::kNone, std::nullopt, std::nullopt};
}

}  // namespace taskgateway::upstream

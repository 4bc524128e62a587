// One HTTP exchange with an upstream, as the gateway sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/core/http_message.h"

namespace taskgateway::upstream {

// Where requests go.
struct Endpoint {
  std::string url;      // `https://host[:port]`, no path
  std::string host;     // `host[:port]`, as signed and sent
  std::string ca_file;  // PEM; empty: the system's authorities
};

// What one exchange may take.
struct TransferLimits {
  absl::Duration connect_timeout = absl::Seconds(3);
  // A reply is given up after this, unless it has come at 1 KiB/s or more so far: then after large_reply_timeout.
  absl::Duration attempt_timeout = absl::Seconds(10);
  absl::Duration large_reply_timeout = absl::Seconds(60);
  // Of the decoded body.
  std::size_t max_body_bytes = std::size_t{16} << 20;
};

// How an exchange ended without a whole reply.
enum class TransferError {
  kNone,         // a whole reply arrived
  kUnreachable,  // DNS, connect or TLS failed, or the connection broke before a reply
  kTimeout,      // a limit of TransferLimits passed
  kBrokenReply,  // the reply ended early, or was not HTTP
  kTooLarge,     // the decoded body passed max_body_bytes
};

// How an exchange ended. An HTTP error is a reply like any other.
struct TransferResult {
  TransferError error = TransferError::kNone;
  std::string detail;            // for people: what went wrong, never content
  bool surely_not_sent = false;  // not a byte of the request reached the upstream
  core::HttpResponse response;   // counts when error is kNone
};

// Sends requests. Belongs to one loop thread.
class HttpClient {
 public:
  using TransferId = std::uint64_t;
  using Done = std::function<void(TransferResult)>;
  // Makes the request, host and signature included, when it is sent: one that waits for its turn is signed then. Called
  // at most once, on the loop thread, within Start or later, but not after Abort. Must not call the client.
  using MakeRequest = std::function<core::HttpRequest()>;

  virtual ~HttpClient() = default;

  // Sends what `make` gives, and calls `done` once, on the loop thread and never before Start returns, unless Abort
  // comes first. `endpoint` outlives the transfer.
  virtual TransferId Start(const Endpoint& endpoint, MakeRequest make, const TransferLimits& limits, Done done) = 0;
  // Ends a transfer at once without calling its `done`; ignores one that has ended.
  virtual void Abort(TransferId transfer) = 0;
};

}  // namespace taskgateway::upstream

// Every failure of a call that the gateway can answer with, one named function each.
//
// A status carries its google.rpc details as absl payloads, keyed by type URL
// (`type.googleapis.com/google.rpc.ErrorInfo`) with the serialized message as value; gateway/rpc turns them into
// `grpc-status-details-bin`.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace taskgateway::core {

// ErrorInfo.domain of our own errors; the upstream's host is the domain of theirs.
inline constexpr std::string_view kDomain = "taskgateway";

// gRPC 1.51 loses a status above about 8 KiB *and fails other calls on the same connection* (measured), so a status
// stays below it: the message within 512 bytes after percent-encoding, the serialized details within 4 KiB.
inline constexpr int kMaxMessageBytes = 512;
inline constexpr int kMaxDetailBytes = 4096;

// What an upstream said of a failed call. Views are copied.
struct UpstreamError {
  std::string_view host{};        // ErrorInfo.domain
  int http_status = 0;            // 0: none arrived
  std::string_view code{};        // the upstream's error code, verbatim; may be empty
  std::string_view message{};     // its text; may be empty
  std::string_view request_id{};  // may be empty
  std::string_view ram_action{};  // such as `servicecatalog:GetTask`; may be empty
};

// All of them are cold to the compiler: it keeps the way there apart from the code that every call runs.

// NOT_FOUND, TASK_NOT_FOUND with ResourceInfo{taskgateway/Task, name}.
[[gnu::cold]] absl::Status TaskNotFound(std::string_view name, const UpstreamError& error);
// NOT_FOUND, PRODUCT_NOT_FOUND with ResourceInfo{taskgateway/ProvisionedProduct, name}: what `name` belongs to.
[[gnu::cold]] absl::Status ProductNotFound(std::string_view name, const UpstreamError& error);
// NOT_FOUND, TASK_NOT_FOUND with ResourceInfo: no source has the task (wildcard).
[[gnu::cold]] absl::Status TaskNotFoundAnywhere(std::string_view name);
// NOT_FOUND, TASK_NOT_YET_CREATED: the alias resolves to nothing yet.
[[gnu::cold]] absl::Status TaskNotYetCreated(std::string_view name);
// NOT_FOUND, SOURCE_NOT_FOUND with ResourceInfo{taskgateway/Source, name}; the message names the remedy (ListSources).
[[gnu::cold]] absl::Status SourceNotFound(std::string_view source);
// `status` with its details, of a read behind a cancellation that the upstream has accepted; its message says so.
[[gnu::cold]] absl::Status AcceptedButUnread(const absl::Status& status);
// RESOURCE_EXHAUSTED, UPSTREAM_THROTTLED with RetryInfo and QuotaFailure.
[[gnu::cold]] absl::Status UpstreamThrottled(const UpstreamError& error, absl::Duration retry_after);
// RESOURCE_EXHAUSTED, BUDGET_EXHAUSTED with RetryInfo and QuotaFailure: our own budget cannot serve before the
// deadline. `subject` is `sources/{source}:{operation}`.
[[gnu::cold]] absl::Status BudgetExhausted(std::string_view subject, absl::Duration retry_after);
// RESOURCE_EXHAUSTED, TOO_MANY_CALLS with RetryInfo and QuotaFailure: waits, watches and log reads.
[[gnu::cold]] absl::Status TooManyCalls();
// RESOURCE_EXHAUSTED, QUEUE_FULL with RetryInfo and QuotaFailure.
[[gnu::cold]] absl::Status QueueFull(std::string_view subject, absl::Duration retry_after);
// RESOURCE_EXHAUSTED, LOG_BUFFER_FULL with RetryInfo and QuotaFailure: the logs that are being read take all the memory
// that they may. `name` is the task's.
[[gnu::cold]] absl::Status LogBufferFull(std::string_view name, absl::Duration retry_after);
// UNAVAILABLE with RetryInfo. `reason` is one of UPSTREAM_UNREACHABLE, UPSTREAM_TIMEOUT, UPSTREAM_ERROR (5xx),
// UPSTREAM_BROKEN_REPLY (HTML, broken, foreign JSON), UPSTREAM_REPLY_TOO_LARGE, UPSTREAM_BREAKER_OPEN,
// UPSTREAM_INCOMPLETE (a wildcard could not ask every source).
[[gnu::cold]] absl::Status UpstreamUnavailable(std::string_view reason, const UpstreamError& error,
                                               absl::Duration retry_after);
// PERMISSION_DENIED, UPSTREAM_PERMISSION_DENIED; metadata has `ram_action`.
[[gnu::cold]] absl::Status UpstreamPermissionDenied(const UpstreamError& error);
// FAILED_PRECONDITION, UPSTREAM_CREDENTIALS_REJECTED: the gateway's own keys are bad, never the caller's token.
[[gnu::cold]] absl::Status UpstreamCredentialsRejected(const UpstreamError& error);
// FAILED_PRECONDITION, UPSTREAM_MISCONFIGURED: wrong host, wrong API.
[[gnu::cold]] absl::Status UpstreamMisconfigured(const UpstreamError& error);
// FAILED_PRECONDITION, TASK_ALREADY_DONE with PreconditionFailure.
[[gnu::cold]] absl::Status TaskAlreadyDone(std::string_view name, const UpstreamError& error);
// FAILED_PRECONDITION, TASK_ID_AMBIGUOUS; metadata `candidates` and the message have the names.
[[gnu::cold]] absl::Status TaskIdAmbiguous(std::string_view name, absl::Span<const std::string> candidates);
// UNKNOWN, UPSTREAM_REJECTED: another 4xx, with the upstream's code.
[[gnu::cold]] absl::Status UpstreamRejected(const UpstreamError& error);
// INVALID_ARGUMENT, INVALID_ARGUMENT with BadRequest{field, description}; the description says the remedy.
[[gnu::cold]] absl::Status InvalidField(std::string_view field, std::string_view description);
// UNIMPLEMENTED, `reason` is CANCEL_, LIST_ or LOGS_UNSUPPORTED_BY_SOURCE.
[[gnu::cold]] absl::Status Unsupported(std::string_view reason, std::string_view source);
// UNIMPLEMENTED, DELETE_UNSUPPORTED: tasks are the upstream's, which keeps them.
[[gnu::cold]] absl::Status DeleteUnsupported();
// DEADLINE_EXCEEDED, DEADLINE_EXCEEDED: the caller's deadline passed.
[[gnu::cold]] absl::Status DeadlinePassed(std::string_view doing_what);
// UNAVAILABLE, SHUTTING_DOWN with RetryInfo.
[[gnu::cold]] absl::Status ShuttingDown();
// INTERNAL, INTERNAL: a bug of ours; `what` is safe to show.
[[gnu::cold]] absl::Status Internal(std::string_view what);

// RetryInfo.retry_delay of a status, or zero.
absl::Duration RetryDelayOf(const absl::Status& status);
// ErrorInfo.reason of a status, or empty.
std::string ReasonOf(const absl::Status& status);

// The status as google.rpc.Status within the caps above: texts are cut at UTF-8 borders; details are dropped from the
// least important on, never ErrorInfo or RetryInfo (ErrorInfo metadata values are cut instead).
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace taskgateway::core

#include "adapters/core/status_catalogue.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_detail.h"

namespace taskgateway::core {
namespace {

// Texts of others are cut to these before they enter a message or a detail, so that no status ever carries a large
// reply around.
constexpr std::size_t kMaxNameBytes =
    320;  // `sources/{source}/provisionedProducts/{id}/tasks/latest` with the longest ids
constexpr std::size_t kMaxWordBytes = 128;  // codes, request ids, RAM actions
constexpr std::size_t kMaxTextBytes = 256;  // an upstream's or a caller's sentence
constexpr std::size_t kMaxCandidates = 8;   // named of an ambiguous id

using Metadata = std::map<std::string, std::string>;

std::string Name(std::string_view name) { return CleanText(name, kMaxNameBytes); }
std::string Word(std::string_view word) { return CleanText(word, kMaxWordBytes); }
std::string Text(std::string_view text) { return CleanText(text, kMaxTextBytes); }

template <typename Detail>
void Attach(const Detail& detail, absl::Status* status) {
  status->SetPayload(TypeUrl<Detail>(), absl::Cord(Serialized(detail)));
}

absl::Status Make(absl::StatusCode code, std::string_view reason, std::string_view domain, const Metadata& metadata,
                  std::string_view message) {
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  google::rpc::ErrorInfo info;
  info.set_reason(Word(reason));
  const std::string clean_domain = Name(domain);
  info.set_domain(clean_domain.empty() ? std::string(kDomain) : clean_domain);
  for (const auto& [key, value] : metadata) {
    if (!value.empty()) (*info.mutable_metadata())[key] = value;
  }
  Attach(info, &status);
  return status;
}

absl::Status Ours(absl::StatusCode code, std::string_view reason, const Metadata& metadata, std::string_view message) {
  return Make(code, reason, kDomain, metadata, message);
}

absl::Status Theirs(absl::StatusCode code, std::string_view reason, const UpstreamError& error,
                    std::string_view message) {
  return Make(code, reason, error.host,
              {{"source_code", Word(error.code)},
               {"http_status", error.http_status > 0 ? absl::StrCat(error.http_status) : ""},
               {"request_id", Word(error.request_id)},
               {"ram_action", Word(error.ram_action)}},
              message);
}

std::string HostOf(const UpstreamError& error) {
  const std::string host = Name(error.host);
  return host.empty() ? "the upstream" : host;
}

// ` (HTTP 400 InvalidTask.NotFound: The specified task does not exist.)`, or as much of it as there is.
std::string Said(const UpstreamError& error) {
  std::string said = error.http_status > 0 ? absl::StrCat("HTTP ", error.http_status) : "";
  if (!error.code.empty()) absl::StrAppend(&said, said.empty() ? "" : " ", Word(error.code));
  if (!error.message.empty()) absl::StrAppend(&said, said.empty() ? "" : ": ", Text(error.message));
  return said.empty() ? said : absl::StrCat(" (", said, ")");
}

void AttachResource(std::string_view type, std::string_view name, std::string_view description, absl::Status* status) {
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(std::string(type));
  resource.set_resource_name(Name(name));
  resource.set_description(std::string(description));
  Attach(resource, status);
}

void AttachRetry(absl::Duration retry_after, absl::Status* status) { Attach(RetryAfterDelay(retry_after), status); }

void AttachQuota(std::string_view subject, std::string_view description, absl::Status* status) {
  google::rpc::QuotaFailure quota;
  google::rpc::QuotaFailure::Violation* violation = quota.add_violations();
  violation->set_subject(Name(subject));
  violation->set_description(std::string(description));
  Attach(quota, status);
}

absl::Status Exhausted(std::string_view reason, std::string_view subject, absl::Duration retry_after,
                       std::string_view why, std::string_view message) {
  absl::Status status = Ours(absl::StatusCode::kResourceExhausted, reason, {{"subject", Name(subject)}}, message);
  AttachRetry(retry_after, &status);
  AttachQuota(subject, why, &status);
  return status;
}

// What happened, for the reasons of UpstreamUnavailable.
std::string_view UnavailableBecause(std::string_view reason) {
  if (reason == "UPSTREAM_UNREACHABLE") return "could not be reached";
  if (reason == "UPSTREAM_TIMEOUT") return "did not answer in time";
  if (reason == "UPSTREAM_BROKEN_REPLY") return "sent a reply that cannot be read";
  if (reason == "UPSTREAM_REPLY_TOO_LARGE") return "sent a reply beyond the size limits";
  if (reason == "UPSTREAM_BREAKER_OPEN") return "failed too often just now, so it is given a rest";
  return "failed";
}

}  // namespace

absl::Status TaskNotFound(std::string_view name, const UpstreamError& error) {
  absl::Status status =
      Theirs(absl::StatusCode::kNotFound, "TASK_NOT_FOUND", error,
             absl::StrCat(Name(name), " does not exist at ", HostOf(error), Said(error),
                          "; check the task id, and that the source is the product and account that started it"));
  AttachResource("taskgateway/Task", name, "the upstream does not know this task id", &status);
  return status;
}

absl::Status ProductNotFound(std::string_view name, const UpstreamError& error) {
  absl::Status status =
      Theirs(absl::StatusCode::kNotFound, "PRODUCT_NOT_FOUND", error,
             absl::StrCat("there is no provisioned product behind ", Name(name), " at ", HostOf(error), Said(error),
                          "; check its id, and that the source is the account that it belongs to"));
  AttachResource("taskgateway/ProvisionedProduct", name, "the upstream does not know this product", &status);
  return status;
}

absl::Status TaskNotFoundAnywhere(std::string_view name) {
  absl::Status status = Ours(absl::StatusCode::kNotFound, "TASK_NOT_FOUND", {},
                             absl::StrCat("no source has ", Name(name),
                                          "; check the task id, and with ListSources that its account is configured"));
  AttachResource("taskgateway/Task", name, "every source was asked", &status);
  return status;
}

absl::Status TaskNotYetCreated(std::string_view name) {
  absl::Status status =
      Ours(absl::StatusCode::kNotFound, "TASK_NOT_YET_CREATED", {},
           absl::StrCat(Name(name), " stands for no task yet; ask again, or let WaitTask or WatchTasks wait for it"));
  AttachResource("taskgateway/Task", name, "the alias resolves to no task yet", &status);
  return status;
}

absl::Status SourceNotFound(std::string_view source) {
  const std::string name = absl::StrCat("sources/", Name(source));
  absl::Status status = Ours(absl::StatusCode::kNotFound, "SOURCE_NOT_FOUND", {},
                             absl::StrCat(name, " is not configured; ListSources names those that are"));
  AttachResource("taskgateway/Source", name, "not configured", &status);
  return status;
}

absl::Status AcceptedButUnread(const absl::Status& status) {
  absl::Status marked(
      status.code(), absl::StrCat("the cancellation was accepted, but the task could not be read: ", status.message()));
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& detail) { marked.SetPayload(type, detail); });
  return marked;
}

absl::Status UpstreamThrottled(const UpstreamError& error, absl::Duration retry_after) {
  absl::Status status = Theirs(absl::StatusCode::kResourceExhausted, "UPSTREAM_THROTTLED", error,
                               absl::StrCat(HostOf(error), " limits the rate of this account", Said(error),
                                            "; ask again after the retry delay"));
  AttachRetry(retry_after, &status);
  AttachQuota(HostOf(error), error.code.empty() ? std::string("throttled") : Word(error.code), &status);
  return status;
}

absl::Status BudgetExhausted(std::string_view subject, absl::Duration retry_after) {
  return Exhausted("BUDGET_EXHAUSTED", subject, retry_after, "the gateway's own budget of requests",
                   absl::StrCat("the request budget of ", Name(subject),
                                " has no room before the deadline; ask again after the retry delay, with a longer "
                                "deadline, or for several tasks at a time"));
}

absl::Status QueueFull(std::string_view subject, absl::Duration retry_after) {
  return Exhausted("QUEUE_FULL", subject, retry_after, "too many requests wait for the budget",
                   absl::StrCat("too many requests wait for the budget of ", Name(subject),
                                "; ask again after the retry delay, and watch tasks rather than read them often"));
}

absl::Status TooManyCalls() {
  return Exhausted(
      "TOO_MANY_CALLS", "open calls", absl::ZeroDuration(), "as many waits, watches and log reads are open as may be",
      "as many waits, watches and log reads are open as this gateway takes; ask again after the retry delay, "
      "watch several tasks in one call, or raise limits.max_open_calls");
}

absl::Status LogBufferFull(std::string_view name, absl::Duration retry_after) {
  return Exhausted(
      "LOG_BUFFER_FULL", name, retry_after, "the logs that are being read take all the memory they may",
      absl::StrCat("the log of ", Name(name),
                   " does not fit into the memory for logs; read again after the retry delay with the last "
                   "resume token, or raise limits.log_buffer_bytes"));
}

absl::Status UpstreamUnavailable(std::string_view reason, const UpstreamError& error, absl::Duration retry_after) {
  const std::string what = reason == "UPSTREAM_INCOMPLETE"
                               ? "not every source could be asked, so one of the others may have the task"
                               : absl::StrCat(HostOf(error), " ", std::string(UnavailableBecause(reason)));
  absl::Status status = Theirs(absl::StatusCode::kUnavailable, reason, error,
                               absl::StrCat(what, Said(error), "; ask again after the retry delay"));
  AttachRetry(retry_after, &status);
  return status;
}

absl::Status UpstreamPermissionDenied(const UpstreamError& error) {
  const std::string grant = error.ram_action.empty() ? "the RAM action of this call"
                                                     : absl::StrCat("the RAM action ", Word(error.ram_action));
  return Theirs(
      absl::StatusCode::kPermissionDenied, "UPSTREAM_PERMISSION_DENIED", error,
      absl::StrCat("the gateway's account lacks ", grant, " at ", HostOf(error), Said(error), "; grant it there"));
}

absl::Status UpstreamCredentialsRejected(const UpstreamError& error) {
  return Theirs(absl::StatusCode::kFailedPrecondition, "UPSTREAM_CREDENTIALS_REJECTED", error,
                absl::StrCat(HostOf(error), " rejects the gateway's own credentials", Said(error),
                             "; its operator has to correct this account's keys, yours are fine"));
}

absl::Status UpstreamMisconfigured(const UpstreamError& error) {
  return Theirs(absl::StatusCode::kFailedPrecondition, "UPSTREAM_MISCONFIGURED", error,
                absl::StrCat(HostOf(error), " does not take the gateway's requests", Said(error),
                             "; its operator has to check this source's endpoint and the machine's clock"));
}

absl::Status TaskAlreadyDone(std::string_view name, const UpstreamError& error) {
  absl::Status status =
      Theirs(absl::StatusCode::kFailedPrecondition, "TASK_ALREADY_DONE", error,
             absl::StrCat(Name(name), " cannot be cancelled: it has ended, or is being cancelled already", Said(error),
                          "; GetTask tells its state"));
  google::rpc::PreconditionFailure precondition;
  google::rpc::PreconditionFailure::Violation* violation = precondition.add_violations();
  violation->set_type("TASK_STATE");
  violation->set_subject(Name(name));
  violation->set_description("only a task that is pending or running can be cancelled");
  Attach(precondition, &status);
  return status;
}

absl::Status TaskIdAmbiguous(std::string_view name, absl::Span<const std::string> candidates) {
  std::string named;
  const std::size_t shown = std::min(candidates.size(), kMaxCandidates);
  for (const std::string& candidate : candidates.first(shown)) {
    absl::StrAppend(&named, named.empty() ? "" : ", ", CleanText(candidate, kMaxTextBytes));
  }
  if (candidates.size() > shown) absl::StrAppend(&named, " and ", candidates.size() - shown, " more");
  return Ours(absl::StatusCode::kFailedPrecondition, "TASK_ID_AMBIGUOUS", {{"candidates", named}},
              absl::StrCat("several sources have ", Name(name), "; ask for one of: ", named));
}

absl::Status UpstreamRejected(const UpstreamError& error) {
  return Theirs(absl::StatusCode::kUnknown, "UPSTREAM_REJECTED", error,
                absl::StrCat(HostOf(error), " rejects the request", Said(error),
                             "; look the code up in the product's error list, the request id is in the details"));
}

absl::Status InvalidField(std::string_view field, std::string_view description) {
  absl::Status status = Ours(absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT", {{"field", Word(field)}},
                             absl::StrCat(Word(field), " ", Text(description)));
  google::rpc::BadRequest request;
  google::rpc::BadRequest::FieldViolation* violation = request.add_field_violations();
  violation->set_field(Word(field));
  violation->set_description(Text(description));
  Attach(request, &status);
  return status;
}

absl::Status Unsupported(std::string_view reason, std::string_view source) {
  const std::string what = reason == "CANCEL_UNSUPPORTED_BY_SOURCE" ? "cancel tasks"
                           : reason == "LOGS_UNSUPPORTED_BY_SOURCE" ? "give logs of tasks"
                                                                    : "list tasks";
  return Ours(absl::StatusCode::kUnimplemented, reason, {{"source", Name(source)}},
              absl::StrCat("the product behind sources/", Name(source), " cannot ", what,
                           "; ListSources tells what each source can do"));
}

absl::Status DeleteUnsupported() {
  return Ours(absl::StatusCode::kUnimplemented, "DELETE_UNSUPPORTED", {},
              "operations cannot be deleted: they are tasks of the upstream, which keeps them");
}

absl::Status DeadlinePassed(std::string_view doing_what) {
  return Ours(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", {},
              absl::StrCat("the call's deadline passed while ", Text(doing_what), "; set a longer one"));
}

absl::Status ShuttingDown() {
  absl::Status status = Ours(absl::StatusCode::kUnavailable, "SHUTTING_DOWN", {},
                             "this gateway is shutting down; ask again, another one answers");
  AttachRetry(absl::ZeroDuration(), &status);
  return status;
}

absl::Status Internal(std::string_view what) {
  return Ours(absl::StatusCode::kInternal, "INTERNAL", {},
              absl::StrCat("a fault of the gateway: ", Text(what), "; report it with the time of the call"));
}

}  // namespace taskgateway::core

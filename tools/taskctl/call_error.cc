#include "tools/taskctl/call_error.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

// The first detail of that type; an empty one when there is none.
template <typename Detail>
Detail DetailOf(const google::rpc::Status& status) {
  Detail detail;
  for (const auto& any : status.details()) {
    if (any.Is<Detail>() && any.UnpackTo(&detail)) return detail;
  }
  return Detail();
}

std::string CodeName(int code) {
  return google::rpc::Code_IsValid(code) ? google::rpc::Code_Name(static_cast<google::rpc::Code>(code))
                                         : absl::StrCat("code ", code);
}

void AppendLine(std::string& text, std::string_view label, std::string_view value) {
  absl::StrAppend(&text, "  ", VisibleLine(label), ": ", VisibleLine(value), "\n");
}

// What a person can do that the gateway cannot know of.
std::string HintFor(const google::rpc::Status& status, std::string_view server) {
  const std::string reason = ReasonOf(status);
  if (reason == "SOURCE_NOT_FOUND") return "`taskctl sources` lists the configured sources";
  if (reason == "TASK_ID_AMBIGUOUS") return "name the source: taskctl get SOURCE/TASK";
  if (status.code() == google::rpc::UNAVAILABLE && reason.empty()) {
    if (absl::StrContains(status.message(), "handshake failed")) {
      return absl::StrCat("TLS fails at ", VisibleLine(server),
                          "; check --ca-file and --server-name, and --cert-file and --key-file where the gateway wants "
                          "callers' certificates");
    }
    return absl::StrCat("no gateway answers at ", VisibleLine(server),
                        "; start it, or name another with --server, and check --tls on both sides");
  }
  if (status.code() == google::rpc::DEADLINE_EXCEEDED) return "give it more time with --timeout";
  return "";
}

}  // namespace

std::string ReasonOf(const google::rpc::Status& status) { return DetailOf<google::rpc::ErrorInfo>(status).reason(); }

std::string CallErrorText(std::string_view subject, const google::rpc::Status& status, std::string_view server) {
  const auto error_info = DetailOf<google::rpc::ErrorInfo>(status);
  std::string text = "error: ";
  if (!subject.empty()) absl::StrAppend(&text, VisibleLine(subject), ": ");
  absl::StrAppend(&text, CodeName(status.code()));
  // Some reasons are the code's own name.
  if (!error_info.reason().empty() && error_info.reason() != CodeName(status.code())) {
    absl::StrAppend(&text, " ", VisibleLine(error_info.reason()));
  }
  absl::StrAppend(&text, ": ", VisibleLine(status.message()), "\n");

  const auto bad = DetailOf<google::rpc::BadRequest>(status);
  for (const auto& field : bad.field_violations()) {
    AppendLine(text, field.field(), field.description());
  }
  const auto quotas = DetailOf<google::rpc::QuotaFailure>(status);
  for (const auto& quota : quotas.violations()) {
    AppendLine(text, quota.subject(), quota.description());
  }
  const auto preconditions = DetailOf<google::rpc::PreconditionFailure>(status);
  for (const auto& condition : preconditions.violations()) {
    AppendLine(text, condition.subject(), condition.description());
  }
  if (!error_info.domain().empty() && error_info.domain() != "taskgateway")
    AppendLine(text, "upstream", error_info.domain());
  const std::map<std::string, std::string> metadata(error_info.metadata().begin(), error_info.metadata().end());
  for (const auto& [key, value] : metadata) {
    // BadRequest, above, has named the field.
    if (key != "field" || bad.field_violations().empty()) AppendLine(text, key, value);
  }
  const auto retry = DetailOf<google::rpc::RetryInfo>(status);
  if (retry.has_retry_delay())
    AppendLine(text, "try again in", absl::FormatDuration(core::DurationOf(retry.retry_delay())));
  const std::string hint = HintFor(status, server);
  if (!hint.empty()) absl::StrAppend(&text, "  hint: ", hint, "\n");
  return text;
}

}  // namespace taskgateway::taskctl

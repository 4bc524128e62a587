#include "adapters/alibaba/error_class.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace taskgateway::alibaba {
namespace {

// How a row is compared, always without regard to letter case.
enum class Match { kWhole, kPrefix, kSuffix, kContains };

struct Row {
  Match match;
  absl::string_view code;
  ErrorClass meaning;
};

// Codes as documented (sources beside each group, all seen 2026-11-22). The first row that fits counts.
constexpr Row kRows[] = {
    // help.aliyun.com/en/document_detail/434846.html: gateway errors about keys. The 404s among them are not about a
    // task.
    {Match::kPrefix, "InvalidAccessKeyId", ErrorClass::kCredentialsRejected},
    {Match::kWhole, "SignatureDoesNotMatch", ErrorClass::kCredentialsRejected},
    {Match::kPrefix, "InvalidSecurityToken", ErrorClass::kCredentialsRejected},
    {Match::kWhole, "MissingSecurityToken", ErrorClass::kCredentialsRejected},
    // The same page: gateway errors about where and how a request was sent. Newer keys change nothing about them.
    {Match::kWhole, "InvalidApi.NotFound", ErrorClass::kMisconfigured},
    {Match::kWhole, "InvalidProduct.NotFound", ErrorClass::kMisconfigured},
    {Match::kWhole, "InvalidProtocol.NeedSsl", ErrorClass::kMisconfigured},
    {Match::kWhole, "UnsupportedHTTPMethod", ErrorClass::kMisconfigured},
    {Match::kWhole, "IncompleteSignature", ErrorClass::kMisconfigured},
    {Match::kWhole, "MissingAccessKeyId", ErrorClass::kMisconfigured},
    {Match::kWhole, "SignatureNonceUsed", ErrorClass::kNonceUsed},
    {Match::kPrefix, "InvalidTimeStamp", ErrorClass::kClockSkew},
    // `Throttling`, `Throttling.User`, `Throttling.Api` with HTTP 400 and 429; also `Rejected.Throttling`.
    {Match::kContains, "Throttling", ErrorClass::kThrottled},
    {Match::kPrefix, "ServiceUnavailable", ErrorClass::kUnavailable},
    {Match::kPrefix, "InternalError", ErrorClass::kUnavailable},
    {Match::kPrefix, "InternalFailure", ErrorClass::kUnavailable},
    // Terraform's provider of Alibaba Cloud takes it for a product that is gone.
    {Match::kWhole, "InvalidProvisionedProduct.NotFound", ErrorClass::kProductNotFound},
    // `InvalidRamUser.NoPermission` came with HTTP 400 in Cloud Control's error list of 2025-03 and comes with 403 in
    // 2026's.
    {Match::kWhole, "NoPermission", ErrorClass::kPermissionDenied},
    {Match::kSuffix, ".NoPermission", ErrorClass::kPermissionDenied},
    {Match::kPrefix, "Forbidden", ErrorClass::kPermissionDenied},
    {Match::kWhole, "InvalidOperation.InvalidTaskStatus", ErrorClass::kTaskAlreadyDone},
};

bool Fits(const Row& row, absl::string_view code) {
  switch (row.match) {
    case Match::kWhole:
      return absl::EqualsIgnoreCase(code, row.code);
    case Match::kPrefix:
      return absl::StartsWithIgnoreCase(code, row.code);
    case Match::kSuffix:
      return absl::EndsWithIgnoreCase(code, row.code);
    case Match::kContains:
      return absl::StrContains(absl::AsciiStrToLower(code), absl::AsciiStrToLower(row.code));
  }
  return false;
}

// Whether the code says that a task does not exist. Cloud Control says `InvalidTask.NotFound`; Service Catalog's word
// is documented nowhere, so every way these APIs have of saying it about a task or a task id is taken:
// `InvalidTaskId.NotFound`, `EntityNotExist.Task`, `TaskNotFound`, `InvalidTaskId`. The noun has to be the task itself:
// `InvalidTaskTemplate.NotFound` is about something else.
bool SaysTaskNotFound(absl::string_view code) {
  bool about_task = false;
  bool missing = false;
  for (const absl::string_view part : absl::StrSplit(code, '.')) {
    const std::string lower = absl::AsciiStrToLower(part);
    absl::string_view noun = lower;
    for (const absl::string_view said : {"notfound", "notexists", "notexist"}) {
      if (absl::ConsumeSuffix(&noun, said)) {
        missing = true;
        break;
      }
    }
    const bool invalid = absl::ConsumePrefix(&noun, "invalid");
    if (noun == "taskid" && invalid) return true;
    if (noun == "task" || noun == "taskid") {
      about_task = true;
    } else if (!noun.empty() && noun != "entity" && noun != "resource") {
      return false;
    }
  }
  return about_task && missing;
}

ErrorClass ClassOfStatus(int http_status, bool has_code) {
  if (http_status == 429) return ErrorClass::kThrottled;
  if (http_status == 401) return ErrorClass::kCredentialsRejected;
  if (http_status == 403) return ErrorClass::kPermissionDenied;
  if (http_status >= 500 || http_status < 200) return ErrorClass::kUnavailable;
  // Redirects are never followed: an API that answers with one is not the API.
  if (http_status >= 300 && http_status < 400) return ErrorClass::kMisconfigured;
  if (http_status < 300 && !has_code) return ErrorClass::kBrokenReply;
  return ErrorClass::kRejected;
}

}  // namespace

ErrorClass ClassOf(std::string_view code, int http_status) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(absl::string_view(code.data(), code.size()));
  for (const Row& row : kRows) {
    if (Fits(row, trimmed)) return row.meaning;
  }
  // A server in trouble is not believed that something does not exist.
  if (http_status < 500 && SaysTaskNotFound(trimmed)) return ErrorClass::kTaskNotFound;
  return ClassOfStatus(http_status, !trimmed.empty());
}

}  // namespace taskgateway::alibaba

#include "gateway/upstream/credential_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace taskgateway::upstream {
namespace {

// Printable ASCII without blanks: a stray line end or quote from a shell script would spoil a header or a signature.
bool CanBeKey(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char byte) { return byte >= '!' && byte <= '~'; });
}

}  // namespace

FixedCredentials::FixedCredentials(core::Credentials credentials)
    : credentials_(std::make_shared<const core::Credentials>(std::move(credentials))) {}

void FixedCredentials::Get(Done done) { done(credentials_); }

void FixedCredentials::Renew(const SharedCredentials&, Done done) {
  done(absl::FailedPreconditionError("the account's keys are fixed; there are no others"));
}

absl::StatusOr<core::Credentials> FromEnvironment(std::string_view prefix, const EnvironmentLookup& lookup) {
  std::vector<std::string> missing;
  std::vector<std::string> malformed;
  const auto read = [&](std::string_view suffix, bool required) {
    std::string name = prefix.empty() ? "" : absl::StrCat(std::string(prefix), "_");
    name += "ALIBABA_CLOUD_";
    name += suffix;
    std::string value = lookup(name).value_or("");
    if (required && value.empty()) {
      missing.push_back(std::move(name));
    } else if (!CanBeKey(value)) {
      malformed.push_back(std::move(name));
    }
    return value;
  };
  core::Credentials credentials;
  credentials.access_key_id = read("ACCESS_KEY_ID", true);
  credentials.access_key_secret = core::Secret(read("ACCESS_KEY_SECRET", true));
  credentials.security_token = core::Secret(read("SECURITY_TOKEN", false));
  if (missing.empty() && malformed.empty()) return credentials;

  std::string message = "no credentials in the environment:";
  if (!missing.empty()) absl::StrAppend(&message, " ", absl::StrJoin(missing, " and "), " not set or empty;");
  if (!malformed.empty()) {
    absl::StrAppend(&message, " ", absl::StrJoin(malformed, " and "),
                    " with a blank or a byte that is not printable ASCII;");
  }
  return absl::FailedPreconditionError(
      absl::StrCat(message, " set them to an access key of the account before the gateway starts"));
}

}  // namespace taskgateway::upstream

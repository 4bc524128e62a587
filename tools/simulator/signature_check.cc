#include "tools/simulator/signature_check.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "adapters/alibaba/signer.h"
#include "adapters/alibaba/timestamps.h"
#include "tools/simulator/strict_object.h"

namespace taskgateway::simulator {
namespace {

constexpr std::string_view kScheme = "ACS3-HMAC-SHA256 ";
// What every signature covers; host is covered too, but does not stand among the headers here.
constexpr std::array<std::string_view, 5> kRequired = {"x-acs-action", "x-acs-version", "x-acs-date",
                                                       "x-acs-signature-nonce", "x-acs-content-sha256"};

// The value of `name=` in an Authorization header; its parts are separated by commas.
std::string_view PartOf(std::string_view authorization, std::string_view name) {
  if (!authorization.starts_with(kScheme)) return {};
  std::string_view rest = authorization.substr(kScheme.size());
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view part = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) return part.substr(name.size() + 1);
  }
  return {};
}

// Whether `name` is one of the names that `;` separates.
bool Names(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(';'), list.size());
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// Everything that has to be signed is, and nothing is signed that was not sent.
std::optional<ApiError> CheckCoverage(const core::HttpRequest& request, std::string_view signed_headers) {
  std::string_view last;
  for (std::string_view left = signed_headers; !left.empty();) {
    const std::string_view name = left.substr(0, left.find(';'));
    left.remove_prefix(std::min(name.size() + 1, left.size()));
    if (name <= last) return IncompleteSignature("SignedHeaders is not sorted");
    if (name != "host" && core::FindHeader(request.headers, name).empty()) {
      return IncompleteSignature(absl::StrCat("header ", std::string(name), " is signed but was not sent"));
    }
    last = name;
  }
  for (const std::string_view name : kRequired) {
    if (core::FindHeader(request.headers, name).empty()) {
      return IncompleteSignature(absl::StrCat("header ", std::string(name), " is missing"));
    }
  }
  if (!Names(signed_headers, "host")) return IncompleteSignature("header host is not signed");
  for (const core::HttpHeader& header : request.headers) {
    const bool must = header.name.starts_with("x-acs-") || header.name == "content-type";
    if (must && !Names(signed_headers, header.name)) {
      return IncompleteSignature(absl::StrCat("header ", header.name, " is not signed"));
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<AccessKey> ReadAccessKey(const rapidjson::Value& value, const std::string& path) {
  absl::Status problem;
  StrictObject object(value, path, problem);
  AccessKey key;
  key.credentials.access_key_id = object.RequiredText("id");
  key.credentials.access_key_secret = core::Secret(object.RequiredText("secret"));
  key.credentials.security_token = core::Secret(object.Text("token"));
  if (object.Has("expires_after")) key.expires_after = object.Duration("expires_after");
  object.Finish();
  if (!problem.ok()) return problem;
  return key;
}

absl::StatusOr<AccessKey> ParseAccessKey(std::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), absl::MaxSplits(':', 2));
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) {
    return absl::InvalidArgumentError("an access key is written ID:SECRET or ID:SECRET:TOKEN");
  }
  return AccessKey{{parts[0], core::Secret(parts[1]), core::Secret(parts.size() > 2 ? parts[2] : "")}, std::nullopt};
}

void SignatureCheck::Put(AccessKey key) {
  const std::string id = key.credentials.access_key_id;
  const absl::Duration expires = key.expires_after ? clock_.Uptime() + *key.expires_after : absl::InfiniteDuration();
  keys_.insert_or_assign(id, Known{std::move(key), expires});
}

bool SignatureCheck::Remove(const std::string& id) { return keys_.erase(id) > 0; }

std::optional<ApiError> SignatureCheck::Verify(const core::HttpRequest& request) {
  const std::string_view authorization = core::FindHeader(request.headers, "authorization");
  const std::string_view key_id = PartOf(authorization, "Credential");
  const std::string_view signed_headers = PartOf(authorization, "SignedHeaders");
  const std::string_view signature = PartOf(authorization, "Signature");
  if (key_id.empty() || signed_headers.empty() || signature.empty()) {
    return IncompleteSignature(
        "header Authorization is missing or not of the form ACS3-HMAC-SHA256 "
        "Credential=…,SignedHeaders=…,Signature=…");
  }
  if (std::optional<ApiError> error = CheckCoverage(request, signed_headers)) return error;

  const std::optional<absl::Time> date = alibaba::ParseTimestamp(core::FindHeader(request.headers, "x-acs-date"));
  if (!date) return TimeStampFormat();
  if (absl::AbsDuration(clock_.Now() - *date) > kClockWindow) return TimeStampExpired();

  const auto known = keys_.find(key_id);
  if (known == keys_.end()) return AccessKeyNotFound();
  if (std::optional<ApiError> error = VerifyToken(request, known->second)) return error;

  const std::string body_hash = alibaba::Sha256Hex(request.body);
  const std::string canonical_request = alibaba::CanonicalRequest(request, signed_headers, body_hash);
  if (body_hash != core::FindHeader(request.headers, "x-acs-content-sha256")) return ContentHashMismatch();
  const std::string string_to_sign = alibaba::StringToSign(canonical_request);
  const std::string expected = alibaba::Authorization(string_to_sign, signed_headers, known->second.key.credentials);
  if (PartOf(expected, "Signature") != signature) return SignatureDoesNotMatch(string_to_sign);

  if (!nonces_.Use(key_id, core::FindHeader(request.headers, "x-acs-signature-nonce"), clock_.Uptime())) {
    return SignatureNonceUsed();
  }
  return std::nullopt;
}

std::optional<ApiError> SignatureCheck::VerifyToken(const core::HttpRequest& request, const Known& known) const {
  const std::string_view sent = core::FindHeader(request.headers, "x-acs-security-token");
  const std::string_view token = known.key.credentials.security_token.Reveal();
  if (sent.empty() && !token.empty()) return MissingSecurityToken();
  if (sent != token) return SecurityTokenMismatch();
  if (clock_.Uptime() >= known.expires) return SecurityTokenExpired();
  return std::nullopt;
}

std::string_view AccessKeyIdOf(std::string_view authorization) { return PartOf(authorization, "Credential"); }

}  // namespace taskgateway::simulator

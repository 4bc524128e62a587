// The gate in front of both APIs: who signed this request, and is the signature right, fresh and new?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/core/http_message.h"
#include "adapters/core/secret.h"
#include "gateway/base/clock.h"
#include "rapidjson/document.h"
#include "tools/simulator/api_error.h"
#include "tools/simulator/nonce_memory.h"

namespace taskgateway::simulator {

// An access key that the simulator knows.
struct AccessKey {
  core::Credentials credentials;
  // A temporary key's token is refused from this time after SignatureCheck::Put on. Unset: never.
  std::optional<absl::Duration> expires_after;
};

// Reads `{id, secret, token, expires_after}`; the last two may be missing. Errors: INVALID_ARGUMENT, never with a
// secret in it.
absl::StatusOr<AccessKey> ReadAccessKey(const rapidjson::Value& value, const std::string& path);
// Reads `ID:SECRET` or `ID:SECRET:TOKEN`.
absl::StatusOr<AccessKey> ParseAccessKey(std::string_view text);

// The simulator's thread only.
class SignatureCheck {
 public:
  // `clock` outlives the check.
  explicit SignatureCheck(const base::Clock& clock) : clock_(clock) {}

  // Adds a key or replaces the one of the same id.
  void Put(AccessKey key);
  // False when there is none.
  bool Remove(const std::string& id);

  // Nothing when the request may pass. Path and query of `request` are in canonical form; its headers have everything
  // that was sent, except host. The nonce of a request counts as used only if all else is right.
  std::optional<ApiError> Verify(const core::HttpRequest& request);

 private:
  struct Known {
    AccessKey key;
    absl::Duration expires;  // uptime
  };

  std::optional<ApiError> VerifyToken(const core::HttpRequest& request, const Known& known) const;

  const base::Clock& clock_;
  std::map<std::string, Known, std::less<>> keys_;
  NonceMemory nonces_;
};

// The access key id that an Authorization header names, or empty.
std::string_view AccessKeyIdOf(std::string_view authorization);

}  // namespace taskgateway::simulator

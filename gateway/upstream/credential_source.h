// Where an account's keys come from.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "adapters/core/secret.h"

namespace taskgateway::upstream {

// Keys, shared because a call may outlive their renewal.
using SharedCredentials = std::shared_ptr<const core::Credentials>;

// Gives the current keys of one account. Belongs to one loop thread.
class CredentialSource {
 public:
  using Done = std::function<void(absl::StatusOr<SharedCredentials>)>;

  virtual ~CredentialSource() = default;

  // The current keys when Get would give them at once; a null pointer when it has to be called.
  virtual SharedCredentials AtHand() const { return nullptr; }
  // Calls `done` once with the current keys, at once or later. Errors: FAILED_PRECONDITION
  // UPSTREAM_CREDENTIALS_REJECTED when there are none.
  virtual void Get(Done done) = 0;
  // Calls `done` once with other keys than `rejected`, which the upstream did not take; with an error when there are no
  // others.
  virtual void Renew(const SharedCredentials& rejected, Done done) = 0;
};

// Keys that never change: written in the configuration, or read from the environment at start. Renew always gives an
// error.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(core::Credentials credentials);
  SharedCredentials AtHand() const override { return credentials_; }
  void Get(Done done) override;
  void Renew(const SharedCredentials& rejected, Done done) override;

 private:
  SharedCredentials credentials_;
};

// Looks an environment variable up: base::GetEnvironment, or a map in tests.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// The keys in ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for temporary keys,
// ALIBABA_CLOUD_SECURITY_TOKEN; with a `prefix` such as `TEAM_A` in TEAM_A_ALIBABA_CLOUD_ACCESS_KEY_ID and so on.
// Errors: FAILED_PRECONDITION, which names each variable that is missing, empty or has a byte that no key has, and the
// remedy; never a value.
absl::StatusOr<core::Credentials> FromEnvironment(std::string_view prefix, const EnvironmentLookup& lookup);

}  // namespace taskgateway::upstream

// Where an account's keys come from.
#pragma once

#include <functional>
#include <memory>

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

  // Calls `done` once with the current keys, at once or later. Errors: FAILED_PRECONDITION UPSTREAM_CREDENTIALS_REJECTED when there are none.
  virtual void Get(Done done) = 0;
  // Calls `done` once with other keys than `rejected`, which the upstream did not take; with an error when there are no others.
  virtual void Renew(const SharedCredentials& rejected, Done done) = 0;
};

// Keys that never change: written in the configuration, or read from the environment at start.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(core::Credentials credentials);
  void Get(Done done) override;
  void Renew(const SharedCredentials& rejected, Done done) override;

 private:
  SharedCredentials credentials_;
};

}  // namespace taskgateway::upstream

// Keys of one account that expire.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/event_loop.h"
#include "gateway/base/random.h"
#include "gateway/upstream/credential_source.h"
#include "tests/simulation/choice.h"

namespace taskgateway::simulation {

// Both sides of an account's keys: what the cloud accepts and what the gateway holds. Belongs to the loop thread.
class KeyRing final : public upstream::CredentialSource {
 public:
  // Both outlive the ring.
  KeyRing(base::EventLoop& loop, base::Random& random) : loop_(loop), random_(random) {}

  // From now on the cloud accepts only newer keys.
  void Expire() { ++accepted_; }
  bool Accepts(std::string_view key) const { return key == NameOfKey(accepted_); }

  // The first ones take a moment, as when a provider is asked.
  void Get(Done done) override {
    if (current_ != nullptr) return done(current_);
    Fetch(std::move(done));
  }
  // The provider has new ones, or is down for a moment itself.
  void Renew(const upstream::SharedCredentials& rejected, Done done) override {
    if (current_ != rejected) return done(current_);
    if (Chance(random_, 0.2)) return done(absl::UnavailableError("the provider does not answer"));
    Fetch(std::move(done));
  }

 private:
  static std::string NameOfKey(int number) { return absl::StrCat("key-", number); }

  void Fetch(Done done) {
    loop_.Schedule(random_.Below(absl::Seconds(2)), [this, done = std::move(done)] {
      if (current_ == nullptr || !Accepts(current_->access_key_id)) {
        current_ = std::make_shared<const core::Credentials>(core::Credentials{
            .access_key_id = NameOfKey(accepted_), .access_key_secret = core::Secret("s"), .security_token = {}});
      }
      done(current_);
    });
  }

  base::EventLoop& loop_;
  base::Random& random_;
  int accepted_ = 1;
  upstream::SharedCredentials current_;
};

}  // namespace taskgateway::simulation

// A string that does not print and is wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace taskgateway::core {

// Overwrites the bytes of `text`, its spare capacity included, and leaves it empty.
void Wipe(std::string* text) noexcept;

// A secret value. It has no stream operator and no conversion on purpose: `Reveal` is the one way to its bytes, so that
// a search for it finds every use. Copies are allowed; each one wipes its own memory.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { core::Wipe(&other.value_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      core::Wipe(&value_);
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      core::Wipe(&value_);
      value_ = std::move(other.value_);
      core::Wipe(&other.value_);
    }
    return *this;
  }
  ~Secret() { core::Wipe(&value_); }

  // The bytes. Never log, print or put them into a status.
  std::string_view Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

// The keys of one cloud account at one moment.
struct Credentials {
  std::string access_key_id;
  Secret access_key_secret;
  Secret security_token;  // empty for long-lived keys
};

}  // namespace taskgateway::core

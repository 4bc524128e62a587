// A string that does not print and is wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace taskgateway::core {

// A secret value. It has no stream operator and no conversion on purpose: `Reveal` is the one way to its bytes, so that a
// search for it finds every use. Copies are allowed; each one wipes its own memory.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.Wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      Wipe();
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      Wipe();
      value_ = std::move(other.value_);
      other.Wipe();
    }
    return *this;
  }
  ~Secret() { Wipe(); }

  // The bytes. Never log, print or put them into a status.
  std::string_view Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void Wipe() noexcept;

  std::string value_;
};

// The keys of one cloud account at one moment.
struct Credentials {
  std::string access_key_id;
  Secret access_key_secret;
  Secret security_token;  // empty for long-lived keys
};

}  // namespace taskgateway::core

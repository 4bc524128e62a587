// SHA-256, for etags and tokens.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace taskgateway::base {

// The first 128 bits of the SHA-256 of `bytes` as 32 lower-case hexadecimal digits.
std::string Digest128(std::string_view bytes);

// The same of bytes that come piece by piece.
class RunningDigest {
 public:
  RunningDigest();
  RunningDigest(RunningDigest&&) noexcept;
  RunningDigest& operator=(RunningDigest&&) noexcept;
  ~RunningDigest();

  void Add(std::string_view bytes);
  // Digest128 of all that was added; more may be added afterwards.
  std::string Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace taskgateway::base

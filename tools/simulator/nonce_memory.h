// The nonces of the last fifteen minutes, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

namespace taskgateway::simulator {

// A request older than this is refused for its date, so its nonce need not be known any longer; a date may also lie
// that far in the future, hence twice the window.
inline constexpr absl::Duration kClockWindow = absl::Minutes(15);
inline constexpr absl::Duration kNonceLifetime = absl::Minutes(30);

// Holds 64-bit hashes: among four million of them a new nonce is taken for a used one in about one of 10^12 cases.
class NonceMemory {
 public:
  // Beyond `capacity` nonces the oldest ones are forgotten early.
  explicit NonceMemory(std::size_t capacity = std::size_t{1} << 22) : capacity_(capacity) {}

  // True when the access key has not used the nonce before; from now on it has. `uptime` never goes back.
  bool Use(std::string_view access_key_id, std::string_view nonce, absl::Duration uptime);

 private:
  struct Bucket {
    absl::Duration begin;
    absl::flat_hash_set<std::uint64_t> nonces;
  };

  std::size_t capacity_;
  std::deque<Bucket> buckets_;  // oldest first
};

}  // namespace taskgateway::simulator

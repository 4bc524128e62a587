// The one home of randomness.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "absl/time/time.h"

namespace taskgateway::base {

// A stream of random numbers that is the same for the same seed on every platform. Belongs to one thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // Seeded by the machine.
  static Random FromDevice();

  std::uint64_t Next() { return engine_(); }
  // In [0, 1), from the upper 53 bits: std::uniform_real_distribution may differ from library to library.
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  // In [0, limit).
  absl::Duration Below(absl::Duration limit) { return limit * Unit(); }
  // 32 lower-case hexadecimal digits, unique per call.
  std::string Nonce();

 private:
  std::mt19937_64 engine_;
};

}  // namespace taskgateway::base

// Choices by chance.
#pragma once

#include <cstddef>

#include "gateway/base/random.h"

namespace taskgateway::simulation {

inline bool Chance(base::Random& random, double share) { return random.Unit() < share; }

// One of 0 .. count - 1.
inline std::size_t Pick(base::Random& random, std::size_t count) {
  return static_cast<std::size_t>(random.Unit() * static_cast<double>(count));
}

// In [least, most).
inline absl::Duration Between(base::Random& random, absl::Duration least, absl::Duration most) {
  return least + random.Below(most - least);
}

}  // namespace taskgateway::simulation

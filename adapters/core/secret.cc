#include "adapters/core/secret.h"

namespace taskgateway::core {

void Secret::Wipe() noexcept {
  // Writing through a volatile pointer keeps the compiler from dropping stores to memory that is about to be freed. The
  // capacity, not the size, is wiped: a moved-from short string keeps its bytes in place.
  value_.resize(value_.capacity());
  volatile char* bytes = value_.data();
  for (std::size_t i = 0; i < value_.size(); ++i) bytes[i] = 0;
  value_.clear();
}

}  // namespace taskgateway::core

#include "adapters/core/secret.h"

namespace taskgateway::core {

void Wipe(std::string* text) noexcept {
  // Writing through a volatile pointer keeps the compiler from dropping stores to memory that is about to be freed. The
  // capacity, not the size, is wiped: a moved-from short string keeps its bytes in place.
  text->resize(text->capacity());
  volatile char* bytes = text->data();
  for (std::size_t i = 0; i < text->size(); ++i) bytes[i] = 0;
  text->clear();
}

}  // namespace taskgateway::core

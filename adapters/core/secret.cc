#include "adapters/core/secret.h"

#include <string.h>

namespace taskgateway::core {

void Wipe(std::string* text) noexcept {
  // The capacity, not the size, is wiped: a moved-from short string keeps its bytes in place. Compilers drop a memset
  // of what is about to be freed.
  text->resize(text->capacity());
  explicit_bzero(text->data(), text->size());
  text->clear();
}

}  // namespace taskgateway::core

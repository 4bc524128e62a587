// Messages that are put together from fields which are serialized already.
#pragma once

#include <cstddef>
#include <string>

namespace taskgateway::tasks {

// What stands on the wire in front of the `bytes` bytes of a message or a text that is field `number`.
std::string FieldHead(int number, std::size_t bytes);

}  // namespace taskgateway::tasks

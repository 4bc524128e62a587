// Which requests may go on the wire: a pure rule.
#pragma once

#include "adapters/core/http_message.h"

namespace taskgateway::upstream {

// Why `request` must not be handed to the HTTP library, for people and without its content; null when it may. Bytes
// that HTTP does not allow are not merely useless: the library would send CR LF inside a header's value as a second
// header.
const char* WhyUnsendable(const core::HttpRequest& request);

}  // namespace taskgateway::upstream

// Matchers for HTTP values.
#pragma once

#include "adapters/core/http_message.h"
#include "gmock/gmock.h"

namespace taskgateway {

MATCHER_P2(Header, name, value, "") { return arg.name == name && arg.value == value; }

}  // namespace taskgateway

// The status line and the header fields of a reply, as bytes.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "tools/simulator/reply.h"

namespace taskgateway::simulator {

// `now` is for the Date header.
std::string ResponseHead(const Reply& reply, bool keep_alive, absl::Time now);

}  // namespace taskgateway::simulator

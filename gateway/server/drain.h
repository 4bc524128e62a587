// How the gateway goes without its callers noticing.
#pragma once

#include <signal.h>

#include "gateway/base/log.h"
#include "gateway/server/server.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// Drains `server` and waits until nobody has been connected for `drain.settle`, `drain.limit` has passed, or one more
// of `stop_signals` came, which are blocked in every thread. Returns whether it was such a signal.
bool DrainUntilIdle(Server& server, const config::v1::Drain& drain, const sigset_t& stop_signals, base::Log& log);

}  // namespace taskgateway::server

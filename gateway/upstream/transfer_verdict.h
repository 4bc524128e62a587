// What an exchange without a whole reply means for the call: a pure table.
#pragma once

#include <string_view>

#include "adapters/task_adapter.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::upstream {

// `failed.error` is not kNone; `host` is the endpoint's, the domain of the error. UNAVAILABLE UPSTREAM_UNREACHABLE,
// UPSTREAM_TIMEOUT and UPSTREAM_BROKEN_REPLY are transient; UPSTREAM_REPLY_TOO_LARGE is not: the same reply would come
// again.
Verdict TransferVerdict(const TransferResult& failed, std::string_view host);

}  // namespace taskgateway::upstream

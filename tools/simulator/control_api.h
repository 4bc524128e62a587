// The control endpoint `/_simulator/` on the plain port: scripting the simulator while it runs, and reading its ledger.
//
//   GET    /_simulator/healthz            200 when it serves
//   POST   /_simulator/tasks              create or replace one task (task_script.h)
//   DELETE /_simulator/tasks/{id}
//   POST   /_simulator/provisioned_products   create or replace one (scenario.h)
//   PUT    /_simulator/launch             what LaunchProduct does (task_book.h)
//   POST   /_simulator/access_keys        create or replace one (signature_check.h)
//   DELETE /_simulator/access_keys/{id}
//   POST   /_simulator/faults             add a rule (fault.h)
//   DELETE /_simulator/faults             remove all
//   PUT    /_simulator/clock              {"offset": "-20m"}
//   GET    /_simulator/ledger             (ledger.h)
//   DELETE /_simulator/ledger
//
// Bodies are JSON. Answers are JSON; an error is {"error": "…"} with the field and the remedy, HTTP status 400, 404 or
// 405.
#pragma once

#include "adapters/core/http_message.h"
#include "tools/simulator/cloud.h"
#include "tools/simulator/reply.h"

namespace taskgateway::simulator {

inline constexpr std::string_view kControlPath = "/_simulator/";

// `request.path` starts with kControlPath. The simulator's thread only.
Reply Control(const core::HttpRequest& request, Cloud& cloud);

}  // namespace taskgateway::simulator

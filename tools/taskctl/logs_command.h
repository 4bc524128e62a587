// taskctl logs.
#pragma once

#include "tools/taskctl/command_line.h"
#include "tools/taskctl/following.h"
#include "tools/taskctl/gateway_client.h"

namespace taskgateway::taskctl {

// Prints a log on `terminal.out`: for a terminal line by line and harmless, else as it is. Resumes after cuts with the
// last token. What the upstream has changed behind what was printed is told on `terminal.err`.
ExitCode PrintLogs(GatewayClient& client, const LogsCommand& command, const Terminal& terminal, absl::Time end);

}  // namespace taskgateway::taskctl

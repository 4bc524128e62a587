// taskctl watch.
#pragma once

#include "tools/taskctl/command_line.h"
#include "tools/taskctl/following.h"
#include "tools/taskctl/gateway_client.h"

namespace taskgateway::taskctl {

// Watches tasks until all have ended, on `terminal.out`: a table that is drawn over, or a line for each change. Resumes
// after cuts with each name's token. Answers with the worst exit code of all names.
ExitCode Watch(GatewayClient& client, const WatchCommand& command, const Terminal& terminal, absl::Time end);

}  // namespace taskgateway::taskctl

// taskctl wait.
#pragma once

#include "tools/taskctl/command_line.h"
#include "tools/taskctl/following.h"
#include "tools/taskctl/gateway_client.h"

namespace taskgateway::taskctl {

// Waits for the end of a task, telling on `terminal.err` what happens: a spinner that is drawn over, or a line for each
// change. Resumes after cuts, and stays with the task that an alias or `-` was resolved to. Answers with the exit code;
// `*task` is the task when it has ended.
ExitCode Wait(GatewayClient& client, const WaitCommand& command, const Terminal& terminal, absl::Time end,
              v1::Task* task);

}  // namespace taskgateway::taskctl

// What the machine tells of this process.
#pragma once

#include <optional>

#include "absl/time/time.h"

namespace taskgateway::server {

struct ProcessState {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double threads = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;  // Unix time
};

// Nothing where there is no /proc.
std::optional<ProcessState> LookAtProcess();

}  // namespace taskgateway::server

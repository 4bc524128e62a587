// The replies that the benchmarks decode.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/task_adapter.h"

namespace taskgateway::bench {

// A reply of GetTask and the task that it is about.
struct Sample {
  const TaskAdapter* adapter = nullptr;
  std::string task_name;
  std::string body;
};

// The vendor's own sample, byte for byte: adapters/{kind}/testdata/sample.json.
Sample CloudControlSample();
Sample ServiceCatalogSample();

// Service Catalog's sample with another log: `entries` entries of `entry_bytes` each, which are Terraform's output as
// the simulator writes it, with line feeds, terminal escapes, quotes and characters of two to four bytes.
Sample ServiceCatalogLog(int entries, std::uint64_t entry_bytes);

}  // namespace taskgateway::bench

// Prints what paired benchmarks found as a Markdown table.
#pragma once

#include <vector>

#include "benchmark/benchmark.h"

namespace taskgateway::bench {

class TableReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
};

}  // namespace taskgateway::bench

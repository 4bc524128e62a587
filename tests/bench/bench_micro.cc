// Adapters against the least that their work could cost, within one process. tests/bench/README.md tells the method.
#include "benchmark/benchmark.h"
#include "tests/bench/table_reporter.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 64;
  taskgateway::bench::TableReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
}

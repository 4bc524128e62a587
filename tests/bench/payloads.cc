#include "tests/bench/payloads.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "adapters/registry/registry.h"
#include "tools/simulator/log_text.h"

namespace taskgateway::bench {
namespace {

constexpr int kSimulatedEntries = 100;

Sample Load(std::string_view kind, std::string_view task_id) {
  const std::string path =
      absl::StrCat(TASKGATEWAY_SOURCE_DIR "/adapters/", std::string(kind), "/testdata/sample.json");
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "bench_micro: cannot read " << path << "\n";
    std::exit(1);
  }
  return {.adapter = registry::FindAdapter(kind),
          .task_name = absl::StrCat("sources/bench/tasks/", std::string(task_id)),
          .body = std::string(std::istreambuf_iterator<char>(file), {})};
}

}  // namespace

Sample CloudControlSample() { return Load("cloud_control", "task-433aead756057fff8189a7ce5****"); }
Sample ServiceCatalogSample() { return Load("service_catalog", "task-bp1dmg242c****"); }

Sample ServiceCatalogLog(int entries, std::uint64_t entry_bytes) {
  constexpr std::string_view kOpening = "\"TerraformLogs\": [";
  Sample sample = ServiceCatalogSample();
  const std::size_t begin = sample.body.find(kOpening) + kOpening.size();
  const std::size_t end = sample.body.find(']', begin);
  std::string log;
  for (int i = 0; i < entries; ++i) {
    absl::StrAppend(&log, i == 0 ? "" : ",", R"({"Command":"apply","Stream":"stdout","Content":")");
    simulator::EscapedLogReader reader({.entry = i % kSimulatedEntries, .bytes = entry_bytes});
    while (reader.Read(log, log.size() + entry_bytes)) {
    }
    log += "\"}";
  }
  sample.body.replace(begin, end - begin, log);
  return sample;
}

}  // namespace taskgateway::bench

// Memory per idle watch, and how soon 10,000 watchers know of one change, against a bare gRPC server that does no more
// than keep the streams. tests/bench/README.md tells the method.
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/rounds.h"
#include "tests/bench/site.h"
#include "tests/bench/watch_client.h"

namespace taskgateway::bench {
namespace {

constexpr std::size_t kWatches = 10'000;
constexpr std::size_t kWarmUp = 100;
constexpr int kFanOuts = 41;
constexpr int kSteps = 2'000;  // more changes than are asked for
constexpr char kTask[] = "sources/cloud-control/tasks/task-watched";

// A task that has been at work for years, so that it is polled every 20 s, and changes each time it is read.
std::string Scenario() {
  std::string scenario = absl::StrCat(
      "tasks:\n- {api: cloud_control, id: task-watched, fields: {createTime: \"2020-01-01T00:00:00Z\", resourcePath: ",
      std::string(300, 'x'), "}, steps: [{status: Running}");
  for (int i = 2; i < kSteps; ++i) {
    absl::StrAppend(&scenario, ", {at_request: ", i, ", status: ", i % 2 == 0 ? "Pending" : "Running", "}");
  }
  return scenario + "]}\n";
}

// One server, and what watching it costs.
struct Subject {
  std::unique_ptr<Child> server;
  std::string address;
  std::unique_ptr<WatchClient> warm_up;
  std::unique_ptr<WatchClient> client;
  double bytes_per_watch = 0;
  std::vector<double> p99_ms;
};

// Memory of a first few watches is the server's own: arenas, threads, connections.
void Watch(Subject& subject) {
  subject.warm_up = std::make_unique<WatchClient>(subject.address, kTask, kWarmUp);
  subject.server->Settle();
  const std::int64_t before = subject.server->ResidentBytes();
  subject.client = std::make_unique<WatchClient>(subject.address, kTask, kWatches);
  subject.server->Settle();
  subject.bytes_per_watch = static_cast<double>(subject.server->ResidentBytes() - before) / kWatches;
}

void Print(const Subject& gateway, const Subject& bare) {
  std::cout << absl::StreamFormat("%d watches of one task on 4 connections; %d changes each, in turn\n\n", kWatches,
                                  kFanOuts);
  std::cout << "| server | memory per watch | one change, p99 | quartiles |\n|---|---|---|---|\n";
  for (const auto& [name, subject] : {std::pair("taskgateway", &gateway), std::pair("bare gRPC raw streams", &bare)}) {
    const Quartiles p99 = QuartilesOf(subject->p99_ms);
    std::cout << absl::StreamFormat("| %s | %.1f KB | %.0f ms | [%.0f..%.0f] |\n", name,
                                    subject->bytes_per_watch / 1000, p99.median, p99.q1, p99.q3);
  }
  std::vector<double> ratios;
  std::vector<double> same;
  for (std::size_t i = 0; i < gateway.p99_ms.size(); ++i) ratios.push_back(gateway.p99_ms[i] / bare.p99_ms[i]);
  for (std::size_t i = 1; i < bare.p99_ms.size(); i += 2) same.push_back(bare.p99_ms[i] / bare.p99_ms[i - 1]);
  const Quartiles ratio = QuartilesOf(ratios);
  const double a_a = QuartilesOf(same).median;
  const double memory = gateway.bytes_per_watch / bare.bytes_per_watch;
  std::cout << absl::StreamFormat("\nmemory, gateway / bare: **%.2f**, goal <= 1.25 (aim 1.12): %s\n", memory,
                                  std::string(VerdictOn(memory, 1, {.hold = 1.25, .aim = 1.12})));
  std::cout << absl::StreamFormat(
      "p99 of one change, gateway / bare: **%.2f** [%.2f..%.2f], goal <= 1.30 (aim 1.10), A/A %.3f: %s\n", ratio.median,
      ratio.q1, ratio.q3, a_a, std::string(VerdictOn(ratio.median, a_a, {.hold = 1.30, .aim = 1.10})));
}

void Run() {
  Site site(Scenario());
  Subject gateway;
  Subject bare;
  gateway.server = site.StartGateway("gateway");
  bare.server = site.StartBare("bare", {"bare_watch", site.Path("bare.json")});
  gateway.address = site.AddressOf(*gateway.server, "gateway");
  bare.address = site.AddressOf(*bare.server, "bare");
  Watch(gateway);
  Watch(bare);
  for (int i = 0; i < kFanOuts; ++i) {
    // In turn, and in another order each time.
    for (Subject* subject : i % 2 == 0 ? std::array{&gateway, &bare} : std::array{&bare, &gateway}) {
      subject->p99_ms.push_back(absl::ToDoubleMilliseconds(subject->client->FanOut()));
    }
  }
  Print(gateway, bare);
}

}  // namespace
}  // namespace taskgateway::bench

int main() {
  taskgateway::bench::PrepareProcess();
  taskgateway::bench::Run();
}

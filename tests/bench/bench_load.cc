// CPU time per uncached GetTask of the gateway, against what a bare gRPC echo and a bare libcurl GET take together, and
// against a bare relay, which does both of them for each call and nothing else.
// tests/bench/README.md tells the method.
#include <iostream>

#include "absl/strings/str_format.h"
#include "tests/bench/rounds.h"

namespace taskgateway::bench {
namespace {

// A round has a window of each; both bare sides twice, to be measured against themselves.
enum Place { kGateway, kEcho, kGet, kRelay, kEchoAgain, kGetAgain };

void PrintSide(const char* name, const Rounds& rounds, Place place) {
  const Quartiles cpu = rounds.Over([&](const Round& round) { return round[place].cpu_us; });
  const Quartiles rate = rounds.Over([&](const Round& round) { return round[place].calls_per_second; });
  std::cout << absl::StreamFormat("| %s | %.1f us | [%.1f..%.1f] | %.0f |\n", name, cpu.median, cpu.q1, cpu.q3,
                                  rate.median);
}

void Run() {
  Fleet fleet(kOutstanding);
  const Rounds rounds =
      MeasureRounds(fleet, {Side::kUncached, Side::kRawEcho, Side::kGet, Side::kRelay, Side::kRawEcho, Side::kGet});
  PrintMethod(rounds);
  std::cout << "| process | CPU time per call | quartiles | calls/s |\n|---|---|---|---|\n";
  PrintSide("taskgateway: uncached GetTask", rounds, kGateway);
  PrintSide("bare gRPC raw echo", rounds, kEcho);
  PrintSide("bare libcurl multi GET", rounds, kGet);
  PrintSide("bare relay: the echo waits for the GET", rounds, kRelay);
  std::cout << "\n";

  const auto bare = [](const Round& round) { return round[kEcho].cpu_us + round[kGet].cpu_us; };
  const double a_a =
      rounds
          .Over([&](const Round& round) { return (round[kEchoAgain].cpu_us + round[kGetAgain].cpu_us) / bare(round); })
          .median;
  PrintRatio("gateway / (echo + GET)", rounds,
             rounds.Over([&](const Round& round) { return round[kGateway].cpu_us / bare(round); }), a_a,
             {.hold = 1.35, .aim = 1.20});
  const Quartiles least = rounds.Over([&](const Round& round) { return round[kRelay].cpu_us / bare(round); });
  const Quartiles ours = rounds.Over([](const Round& round) { return round[kGateway].cpu_us / round[kRelay].cpu_us; });
  std::cout << absl::StreamFormat(
      "bare relay / (echo + GET): %.2f [%.2f..%.2f]; gateway / bare relay: %.2f [%.2f..%.2f]\n", least.median, least.q1,
      least.q3, ours.median, ours.q1, ours.q3);
  const Quartiles simulator = rounds.Over([](const Round& round) { return round[kGet].simulator_us; });
  std::cout << absl::StreamFormat("tasksim: %.0f signed requests per second of one core [%.0f..%.0f], goal >= 20000\n",
                                  1e6 / simulator.median, 1e6 / simulator.q3, 1e6 / simulator.q1);
}

}  // namespace
}  // namespace taskgateway::bench

int main() {
  taskgateway::bench::PrepareProcess();
  taskgateway::bench::Run();
}

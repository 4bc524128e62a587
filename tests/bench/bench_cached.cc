// GetTask answered from the cache, in plaintext and over TLS, against a bare gRPC echo of bytes (raw) and of a message
// (typed).
// tests/bench/README.md tells the method.
#include <functional>
#include <iostream>

#include "absl/strings/str_format.h"
#include "tests/bench/rounds.h"

namespace taskgateway::bench {
namespace {

// A round has a window of each; the raw echo twice, to be measured against itself.
enum Place { kCached, kRaw, kTyped, kRawAgain, kTls };

void PrintSide(const char* name, const Rounds& rounds, Place place) {
  const auto median = [&](double Window::*number) {
    return rounds.Over([&](const Round& round) { return round[place].*number; }).median;
  };
  std::cout << absl::StreamFormat("| %s | %.0f | %.0f us | %.1f us |\n", name, median(&Window::calls_per_second),
                                  median(&Window::p99_us), median(&Window::cpu_us));
}

void PrintRatioOf(const char* name, const Rounds& rounds, double Window::*number, Place measured, Place bare,
                  const Goal& goal) {
  const auto over = [&](Place ours, Place other) {
    return rounds.Over([&](const Round& round) { return round[ours].*number / round[other].*number; });
  };
  PrintRatio(name, rounds, over(measured, bare), over(kRawAgain, kRaw).median, goal);
}

void Run() {
  Fleet fleet(kOutstanding);
  const Rounds rounds =
      MeasureRounds(fleet, {Side::kCached, Side::kRawEcho, Side::kTypedEcho, Side::kRawEcho, Side::kCachedTls});
  PrintMethod(rounds);
  std::cout << "| process | calls/s | p99 | CPU time per call |\n|---|---|---|---|\n";
  PrintSide("taskgateway: cached GetTask", rounds, kCached);
  PrintSide("the same over TLS", rounds, kTls);
  PrintSide("bare gRPC raw echo", rounds, kRaw);
  PrintSide("bare gRPC typed echo", rounds, kTyped);
  std::cout << "\n";
  PrintRatioOf("calls/s, gateway / raw echo", rounds, &Window::calls_per_second, kCached, kRaw,
               {.hold = 0.90, .aim = 0.95, .at_least = true});
  PrintRatioOf("calls/s, gateway / typed echo", rounds, &Window::calls_per_second, kCached, kTyped,
               {.hold = 1.00, .aim = 1.15, .at_least = true});
  PrintRatioOf("calls/s, gateway over TLS / in plaintext", rounds, &Window::calls_per_second, kTls, kCached,
               {.hold = 0.70, .aim = 0.75, .at_least = true});
  PrintRatioOf("p99, gateway / raw echo", rounds, &Window::p99_us, kCached, kRaw, {.hold = 1.15, .aim = 1.05});
  PrintRatioOf("CPU, gateway / raw echo", rounds, &Window::cpu_us, kCached, kRaw, {.hold = 1.15, .aim = 1.05});
}

}  // namespace
}  // namespace taskgateway::bench

int main() {
  taskgateway::bench::PrepareProcess();
  taskgateway::bench::Run();
}

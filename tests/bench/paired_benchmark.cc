#include "tests/bench/paired_benchmark.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace taskgateway::bench {
namespace {

constexpr double kWindowSeconds = 0.001;  // or one operation, where that takes longer
constexpr std::size_t kRounds = 600;
constexpr std::size_t kMinRounds = 60;
constexpr double kMaxSeconds = 6;

// CPU time of this thread: time in which another process had the core does not count.
double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// One side, and how many of its operations fill a window.
struct Windows {
  const Side& side;
  int operations = 1;

  // Microseconds per operation.
  double Run() const {
    const double begin = CpuSeconds();
    for (int i = 0; i < operations; ++i) side();
    return (CpuSeconds() - begin) * 1e6 / operations;
  }

  // Also warms up.
  void Calibrate() {
    while (Run() * operations < kWindowSeconds * 1e6) operations *= 2;
    operations = std::max(1, static_cast<int>(kWindowSeconds * 1e6 / Run()));
  }
};

// The windows of `sides`, as many of each, in random order within each round.
template <std::size_t N>
std::array<std::vector<double>, N> Alternate(std::array<Windows, N> sides) {
  for (Windows& side : sides) side.Calibrate();
  std::array<std::vector<double>, N> windows;
  std::array<std::size_t, N> order;
  for (std::size_t i = 0; i < N; ++i) order[i] = i;
  std::mt19937_64 random(1);
  const double begin = CpuSeconds();
  for (std::size_t round = 0; round < kRounds; ++round) {
    if (round >= kMinRounds && CpuSeconds() - begin > kMaxSeconds) break;
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) windows[i].push_back(sides[i].Run());
  }
  return windows;
}

std::vector<double> Ratios(const std::vector<double>& above, const std::vector<double>& below) {
  std::vector<double> ratios(above.size());
  std::transform(above.begin(), above.end(), below.begin(), ratios.begin(), std::divides<>());
  return ratios;
}

void Report(benchmark::State& state, const Goal& goal, const Quartiles& figure, double a_a) {
  state.counters["figure"] = figure.median;
  state.counters["q1"] = figure.q1;
  state.counters["q3"] = figure.q3;
  state.counters["a_a"] = a_a;
  state.counters["hold"] = goal.hold;
  state.counters["aim"] = goal.aim;
  if (goal.hold > 0) state.SetLabel(std::string(VerdictOn(figure.median, a_a, goal)));
}

}  // namespace

void Compare(benchmark::State& state, const Goal& goal, const Side& ours, const Side& bare) {
  for (auto _ : state) {
    const auto [a, b, again] = Alternate<3>({Windows{ours}, Windows{bare}, Windows{ours}});
    Report(state, goal, QuartilesOf(Ratios(a, b)), QuartilesOf(Ratios(again, a)).median);
    state.counters["ours"] = QuartilesOf(a).median;
    state.counters["bare"] = QuartilesOf(b).median;
  }
}

void Measure(benchmark::State& state, const Goal& goal, const Side& ours) {
  for (auto _ : state) {
    const auto [a, again] = Alternate<2>({Windows{ours}, Windows{ours}});
    Report(state, goal, QuartilesOf(a), QuartilesOf(Ratios(again, a)).median);
    state.counters["ours"] = QuartilesOf(a).median;
  }
}

}  // namespace taskgateway::bench

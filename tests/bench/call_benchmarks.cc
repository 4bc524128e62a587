// What counting and logging a call costs while another thread does so as well.
#include <atomic>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/rpc/call_record.h"
#include "tests/bench/paired_benchmark.h"

namespace taskgateway::bench {
namespace {

class NoSink final : public base::LogSink {
  bool Write(std::string_view) override { return true; }
};

void CountCall(benchmark::State& state) {
  const base::SystemClock clock;
  NoSink sink;
  base::Log log(clock, sink);
  rpc::CallRecords records(clock, log);
  const auto call = [&records](grpc::CallbackServerContext& context) {
    rpc::CallRecord record(records, rpc::Method::kGetTask, context);
    benchmark::DoNotOptimize(record.End(absl::OkStatus()));
  };
  std::atomic<bool> over = false;
  std::thread other([&] {
    grpc::CallbackServerContext context;
    while (!over.load(std::memory_order_relaxed)) call(context);
  });
  grpc::CallbackServerContext context;
  Measure(state, {.hold = 0.2}, [&] { call(context); });
  over = true;
  other.join();
}

BENCHMARK(CountCall)
    ->Name("count and log a call, beyond the log's limits, with another thread that does")
    ->Iterations(1);

}  // namespace
}  // namespace taskgateway::bench

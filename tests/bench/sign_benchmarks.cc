// Signing a request with ACS3-HMAC-SHA256, as the gateway does for each attempt.
#include "adapters/registry/registry.h"
#include "tests/bench/paired_benchmark.h"

namespace taskgateway::bench {
namespace {

void Sign(benchmark::State& state) {
  const TaskAdapter& adapter = *registry::FindAdapter("cloud_control");
  core::HttpRequest unsigned_request = adapter.GetTask("task-433aead756057fff8189a7ce5");
  unsigned_request.host = "cloudcontrol.aliyuncs.com";
  const core::Credentials credentials{.access_key_id = "LTAI5tBenchBenchBenchBen",
                                      .access_key_secret = core::Secret("BenchBenchBenchBenchBenchBench"),
                                      .security_token = {}};
  const SigningContext context{.time = absl::FromUnixSeconds(1'793'000'000),
                               .nonce = "3156853299f313e23d1673dc12e1703d"};
  Measure(state, {.hold = 3}, [&] {
    core::HttpRequest request = unsigned_request;
    adapter.Sign(request, credentials, context);
    benchmark::DoNotOptimize(request);
  });
}

BENCHMARK(Sign)->Name("sign a GET, its copy included")->Iterations(1);

}  // namespace
}  // namespace taskgateway::bench

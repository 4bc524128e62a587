// The programs that the load test measures, each a process of its own on loopback.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/bench/child.h"
#include "tests/bench/load_client.h"
#include "tests/bench/site.h"

namespace taskgateway::bench {

// What is measured.
enum class Side {
  kUncached,   // the gateway's GetTask, each call asking the simulator
  kCached,     // the gateway's GetTask of done tasks, answered from the cache
  kCachedTls,  // the same over TLS
  kRawEcho,    // bare_echo raw
  kTypedEcho,  // bare_echo typed
  kGet,        // bare_get
  kRelay,      // bare_relay
};

// What one window of load cost.
struct Window {
  double cpu_us = 0;  // CPU time per call of the side's process
  double calls_per_second = 0;
  double p99_us = 0;         // of a call; 0 for bare_get
  double simulator_us = 0;   // CPU time per request of the simulator, which echo does without
  double foreign_cores = 0;  // what everything else on the machine used meanwhile, in cores
};

class Fleet {
 public:
  // Starts all of them. `outstanding` calls are under way at a time.
  explicit Fleet(std::size_t outstanding);
  ~Fleet();

  // Puts load on one side for `time`. Ends this process when a call fails.
  Window Measure(Side side, absl::Duration time);

 private:
  // The process and, for all but bare_get, the client of a side.
  const Child& ChildOf(Side side) const;
  LoadClient* ClientOf(Side side) const;
  Load Run(Side side, absl::Duration time, absl::Duration* signing);
  Load RunGet(absl::Duration time, absl::Duration* signing);
  absl::Duration SigningTimeOfRelay();
  absl::Duration CpuTime() const;

  const std::size_t outstanding_;
  Site site_;
  std::unique_ptr<Child> gateway_;
  std::unique_ptr<Child> tls_gateway_;
  std::unique_ptr<Child> raw_echo_;
  std::unique_ptr<Child> typed_echo_;
  std::unique_ptr<Child> get_;
  std::unique_ptr<Child> relay_;
  std::unique_ptr<LoadClient> uncached_client_;
  std::unique_ptr<LoadClient> cached_client_;
  std::unique_ptr<LoadClient> tls_client_;
  std::unique_ptr<LoadClient> raw_echo_client_;
  std::unique_ptr<LoadClient> typed_echo_client_;
  std::unique_ptr<LoadClient> relay_client_;
};

}  // namespace taskgateway::bench

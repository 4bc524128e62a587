// A gRPC client of one thread that keeps a number of GetTask calls outstanding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

namespace taskgateway::bench {

// What a run came to.
struct Load {
  std::int64_t calls = 0;
  std::int64_t failed = 0;  // of these
  absl::Duration elapsed;
  absl::Duration p99;   // 99 of 100 calls took no longer
  std::string failure;  // of the last one that failed
};

// How fresh the answers must be.
enum class Freshness {
  kUncached,  // max_staleness 0
  kCached,    // max_staleness unset
};

class LoadClient {
 public:
  // One connection to `address`. Calls ask for `task_names` in turn; `outstanding` of them at a time, so with more
  // names than that, no two calls are for the same task.
  LoadClient(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
             const std::vector<std::string>& task_names, Freshness freshness, std::size_t outstanding);
  ~LoadClient();

  // Calls for `time`, then waits for what is outstanding.
  Load Run(absl::Duration time);

 private:
  struct Call;

  void Start(Call& call);

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::vector<grpc::ByteBuffer> requests_;
  std::size_t next_request_ = 0;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<absl::Duration> latencies_;  // of one run
};

}  // namespace taskgateway::bench

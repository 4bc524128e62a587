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
  std::string failure;  // of the last one that failed
};

class LoadClient {
 public:
  // One connection to `address`. Calls ask for `task_names` in turn, as fresh as can be; `outstanding` of them at a
  // time, so with more names than that, no two calls are for the same task.
  LoadClient(const std::string& address, const std::vector<std::string>& task_names, std::size_t outstanding);
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
};

}  // namespace taskgateway::bench

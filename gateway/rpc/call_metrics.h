// Counts of the calls to our services, by method and code.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "gateway/base/counter.h"
#include "gateway/base/histogram.h"
#include "grpcpp/support/status_code_enum.h"

namespace taskgateway::rpc {

// Every method that is served. What else is asked for is counted nowhere: names that callers make up would each take
// memory.
enum class Method {
  kGetTask,
  kBatchGetTasks,
  kWaitTask,
  kWatchTasks,
  kReadTaskLogs,
  kListTasks,
  kCancelTask,
  kListSources,
  kGetOperation,
  kWaitOperation,
  kListOperations,
  kCancelOperation,
  kDeleteOperation,
};
inline constexpr std::size_t kMethods = 13;

struct MethodName {
  std::string_view type;     // `unary` or `server_stream`
  std::string_view service;  // with its package
  std::string_view method;
};
const MethodName& NameOf(Method method);

inline constexpr std::size_t kCodes = 17;
// The code as metrics of gRPC servers write it: `OK`, `NotFound`, … .
std::string_view CodeWord(grpc::StatusCode code);

// Thread-safe.
class CallMetrics {
 public:
  struct OfMethod {
    base::Counter started;
    std::array<base::Counter, kCodes> handled;
    base::Histogram handling;

    // Calls under way.
    std::uint64_t open() const;
  };

  OfMethod& Of(Method method) { return methods_[static_cast<std::size_t>(method)]; }
  const OfMethod& Of(Method method) const { return methods_[static_cast<std::size_t>(method)]; }

 private:
  std::array<OfMethod, kMethods> methods_;
};

}  // namespace taskgateway::rpc

#include "gateway/rpc/call_metrics.h"

namespace taskgateway::rpc {
namespace {

constexpr std::string_view kUnary = "unary";
constexpr std::string_view kServerStream = "server_stream";
constexpr std::string_view kTaskService = "taskgateway.v1.TaskService";
constexpr std::string_view kOperations = "google.longrunning.Operations";

// In the order of Method.
constexpr std::array<MethodName, kMethods> kNames = {{
    {kUnary, kTaskService, "GetTask"},
    {kUnary, kTaskService, "BatchGetTasks"},
    {kUnary, kTaskService, "WaitTask"},
    {kServerStream, kTaskService, "WatchTasks"},
    {kServerStream, kTaskService, "ReadTaskLogs"},
    {kUnary, kTaskService, "ListTasks"},
    {kUnary, kTaskService, "CancelTask"},
    {kUnary, kTaskService, "ListSources"},
    {kUnary, kOperations, "GetOperation"},
    {kUnary, kOperations, "WaitOperation"},
    {kUnary, kOperations, "ListOperations"},
    {kUnary, kOperations, "CancelOperation"},
    {kUnary, kOperations, "DeleteOperation"},
}};

// In the order of grpc::StatusCode.
constexpr std::array<std::string_view, kCodes> kCodeWords = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

}  // namespace

const MethodName& NameOf(Method method) { return kNames[static_cast<std::size_t>(method)]; }

std::string_view CodeWord(grpc::StatusCode code) { return kCodeWords[static_cast<std::size_t>(code)]; }

std::uint64_t CallMetrics::OfMethod::open() const {
  // The ended ones first: of those that end meanwhile, none is missing among the started.
  std::uint64_t ended = 0;
  for (const base::Counter& code : handled) ended += code.Value();
  const std::uint64_t begun = started.Value();
  return begun > ended ? begun - ended : 0;
}

}  // namespace taskgateway::rpc

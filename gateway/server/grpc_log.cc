#include "gateway/server/grpc_log.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gateway/base/mutex.h"
#include "grpcpp/grpcpp.h"

#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65
#include "grpc/support/log.h"

namespace taskgateway::server {
namespace {

base::Mutex mutex;
base::Log* target = nullptr;  // guarded by mutex
std::atomic<bool> lost_listener = false;

void Write(gpr_log_func_args* line) {
  if (line->severity != GPR_LOG_SEVERITY_ERROR) return;
  if (std::string_view(line->message).starts_with("Failed accept4")) lost_listener = true;
  const base::MutexLock lock(mutex);
  if (target == nullptr) return;
  target->Warning("grpc")
      .Add("message", line->message)
      .Add("at", absl::StrCat(std::filesystem::path(line->file).filename().string(), ":", line->line));
}

void SetTarget(base::Log* log) {
  const base::MutexLock lock(mutex);
  target = log;
}

}  // namespace

GrpcLog::GrpcLog(base::Log& log) {
  SetTarget(&log);
  gpr_set_log_function(Write);
}

GrpcLog::~GrpcLog() { SetTarget(nullptr); }

bool GrpcLostListener() { return lost_listener; }

}  // namespace taskgateway::server
#else
namespace taskgateway::server {

GrpcLog::GrpcLog(base::Log&) {}
GrpcLog::~GrpcLog() = default;
bool GrpcLostListener() { return false; }

}  // namespace taskgateway::server
#endif

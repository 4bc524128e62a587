#include "gateway/server/grpc_log.h"

#include <atomic>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"

#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65
#include "grpc/support/log.h"

namespace taskgateway::server {
namespace {

std::atomic<base::Log*> target = nullptr;

void Write(gpr_log_func_args* line) {
  if (line->severity != GPR_LOG_SEVERITY_ERROR) return;
  target.load()
      ->Warning("grpc")
      .Add("message", line->message)
      .Add("at", absl::StrCat(std::filesystem::path(line->file).filename().string(), ":", line->line));
}

}  // namespace

void LogGrpcTo(base::Log& log) {
  target = &log;
  gpr_set_log_function(Write);
}

}  // namespace taskgateway::server
#else
namespace taskgateway::server {

void LogGrpcTo(base::Log&) {}

}  // namespace taskgateway::server
#endif

#include "gateway/server/health_server.h"

#include <chrono>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/server_builder_option.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::server {
namespace {

// Reflection is on for every server of a process. Not for this one.
class WithoutPlugins final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override { plugins->clear(); }
};

}  // namespace

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& address) {
  grpc::EnableDefaultHealthCheckService(true);
  std::unique_ptr<HealthServer> health(new HealthServer);
  grpc::ServerBuilder builder;
  builder.SetOption(std::make_unique<WithoutPlugins>());
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &health->port_);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // gRPC builds no server without a service of ours; this one answers everything with UNIMPLEMENTED.
  builder.RegisterCallbackGenericService(&health->nothing_else_);
  // Probes need little, and anybody may come here.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 10);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8'192);
  builder.SetMaxReceiveMessageSize(4096);
  health->server_ = builder.BuildAndStart();
  if (health->server_ == nullptr || health->port_ == 0) {
    return absl::UnavailableError(absl::StrCat("listen.health_address: \"", address,
                                               "\" cannot be listened on; give an address of this machine and a port "
                                               "that is free"));
  }
  health->server_->GetHealthCheckService()->SetServingStatus("live", true);
  health->SetReady(false);
  return health;
}

void HealthServer::SetReady(bool ready) {
  for (const char* service : {"", v1::TaskService::service_full_name()}) {
    server_->GetHealthCheckService()->SetServingStatus(service, ready);
  }
}

void HealthServer::SetDead() { server_->GetHealthCheckService()->SetServingStatus("live", false); }

HealthServer::~HealthServer() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::time_point::min());
}

}  // namespace taskgateway::server

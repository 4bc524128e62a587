#include "gateway/server/server.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/proto_time.h"
#include "gateway/base/environment.h"
#include "gateway/server/grpc_log.h"
#include "gateway/server/network_address.h"
#include "gateway/server/otlp_tracer.h"
#include "gateway/server/redacted_config.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"

namespace taskgateway::server {
namespace {

// A caller whose machine is gone is noticed within the sum of the two.
constexpr absl::Duration kKeepaliveTime = absl::Seconds(60);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Callers may ping this often, also between calls, without being taken for a flood.
constexpr absl::Duration kMinPingInterval = absl::Seconds(10);
// Writing to 10,000 watchers keeps more than one thread busy, and more than these get in each other's way.
constexpr int kDeliveryThreads = 2;
// How often the cache lets go of what is too old: an idle gateway holds it for that much longer.
constexpr absl::Duration kSweepInterval = absl::Seconds(30);
// How soon it is told that there is no listener any more.
constexpr absl::Duration kListenerInterval = absl::Seconds(5);
// What a connection that closes leaves a wait, for the way back of its answer.
constexpr absl::Duration kLeftOfGrace = absl::Seconds(10);

upstream::CurlHttpClient::Options ClientOptions(const config::v1::Config& config) {
  upstream::CurlHttpClient::Options options;
  options.max_transfers = static_cast<std::size_t>(config.limits().max_transfers());
  options.user_agent = "taskgateway/" TASKGATEWAY_VERSION;
  return options;
}

upstream::RetryPolicy RetriesOf(const config::v1::Limits& limits) {
  upstream::RetryPolicy policy;
  policy.max_attempts = limits.max_attempts();
  return policy;
}

upstream::TransferLimits TransferLimitsOf(const config::v1::Limits& limits) {
  upstream::TransferLimits transfer;
  transfer.connect_timeout = core::DurationOf(limits.connect_timeout());
  transfer.attempt_timeout = core::DurationOf(limits.attempt_timeout());
  transfer.large_reply_timeout = core::DurationOf(limits.large_reply_timeout());
  return transfer;
}

absl::Duration MaxWaitOf(const config::v1::Listen& listen) {
  const absl::Duration grace = core::DurationOf(listen.max_connection_age_grace());
  return std::max(grace - kLeftOfGrace, grace / 2);
}

// Process-wide switches of gRPC, to be set before the first server is built.
void EnableStandardServices() {
  grpc::EnableDefaultHealthCheckService(true);
  static const bool kReflects = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(kReflects);
}

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }
int Milliseconds(const google::protobuf::Duration& duration) { return Milliseconds(core::DurationOf(duration)); }

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(config::v1::Config config, base::Log& log) {
  std::unique_ptr<Server> server(new Server(config, log));
  // While the keys are in it.
  std::string redacted = RedactedJson(config);
  std::string digest = DigestOf(config);
  auto sources = ConfiguredSources::Make(&config, base::GetEnvironment, server->loop_);
  if (!sources.ok()) return sources.status();
  server->sources_ = *std::move(sources);
  server->telemetry_.Observe(server->sources_->sources());
  server->readiness_.AwaitKeys(config.accounts_size());
  server->sources_->AwaitKeys(server->loop_, [made = server.get()] {
    made->readiness_.HasKeys();
    made->TellReadiness();
  });
  server->cache_ = std::make_unique<tasks::TaskCache>(
      server->clock_, static_cast<std::size_t>(config.limits().cache_bytes()), server->telemetry_.reads());
  server->SweepCache();
  server->reader_ = std::make_unique<tasks::TaskReader>(server->context_, *server->cache_);
  server->finder_ =
      std::make_unique<tasks::TaskFinder>(server->context_, server->sources_->sources(), *server->reader_);
  server->poller_ = std::make_unique<tasks::TaskPoller>(server->context_, *server->reader_);
  server->log_buffers_ =
      std::make_unique<tasks::LogBuffers>(server->context_, *server->reader_, *server->poller_,
                                          static_cast<std::size_t>(config.limits().log_buffer_bytes()));
  server->aliases_ = std::make_unique<tasks::AliasResolver>(server->context_);
  server->canceller_ = std::make_unique<tasks::TaskCanceller>(server->context_, *server->reader_, *server->poller_);
  const rpc::Tasks tasks{.context = server->context_,
                         .loop = server->loop_,
                         .sources = server->sources_->sources(),
                         .reader = *server->reader_,
                         .finder = *server->finder_,
                         .poller = *server->poller_,
                         .log_buffers = *server->log_buffers_,
                         .aliases = *server->aliases_,
                         .canceller = *server->canceller_,
                         .fan_out = server->fan_out_,
                         .open_calls = server->open_calls_,
                         .call_limit = server->call_limit_,
                         .call_records = server->telemetry_.calls(),
                         .max_wait = MaxWaitOf(config.listen())};
  server->task_service_ = std::make_unique<rpc::TaskService>(tasks);
  server->operations_service_ = std::make_unique<rpc::OperationsService>(tasks);
  if (UsesTls(config.listen())) {
    absl::StatusOr<std::unique_ptr<ServerTls>> tls = ServerTls::Make(config.listen().tls(), server->clock_, log);
    if (!tls.ok()) return tls.status();
    server->tls_ = *std::move(tls);
    server->RenewCertificates(core::DurationOf(config.listen().tls().reload_interval()));
  }
  server->loop_thread_ = std::thread([&loop = server->loop_] { loop.Run(); });
  if (absl::Status listening = server->Listen(config); !listening.ok()) return listening;
  if (const std::string& address = config.admin().address(); !address.empty()) {
    absl::Status opened = server->OpenAdminPort(address, std::move(redacted), std::move(digest));
    if (!opened.ok()) return opened;
  }

  if (config.listen().insecure_plaintext()) {
    log.Warning("insecure_plaintext").Add("address", config.listen().address());
  }
  if (config.listen().tls().accept_without_certificate()) {
    log.Warning("accept_without_certificate").Add("address", config.listen().address());
  }
  for (const config::v1::Source& source : config.sources()) {
    if (source.insecure()) {
      log.Warning("insecure_source").Add("source", source.name()).Add("endpoint", source.endpoint());
    }
  }
  return server;
}

Server::Server(const config::v1::Config& config, base::Log& log)
    : log_(log),
      tracer_(MakeOtlpTracer(config.tracing(), log)),
      telemetry_(clock_, log, tracer_.get()),
      http_(clock_, ClientOptions(config)),
      loop_(clock_, http_),
      decode_executor_(config.limits().decode_threads()),
      context_{.loop = loop_,
               .random = random_,
               .http = http_,
               .decode_executor = decode_executor_,
               .retry = RetriesOf(config.limits()),
               .limits = TransferLimitsOf(config.limits()),
               .tracer = tracer_.get()},
      delivery_executor_(kDeliveryThreads),
      fan_out_(loop_, delivery_executor_),
      call_limit_(config.limits().max_open_calls()) {}

absl::Status Server::Listen(const config::v1::Config& config) {
  const config::v1::Listen& listen = config.listen();
  EnableStandardServices();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(listen.address(), tls_ != nullptr ? tls_->credentials() : grpc::InsecureServerCredentials(),
                           &grpc_port_);
  builder.RegisterService(task_service_.get());
  builder.RegisterService(operations_service_.get());
  builder.SetMaxReceiveMessageSize(config.limits().max_request_bytes());
  // Two gateways on one port would share its callers by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(kMinPingInterval));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(listen.handshake_timeout()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(listen.max_connection_age()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(listen.max_connection_age_grace()));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, listen.max_concurrent_streams());
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, listen.max_header_bytes());
  grpc_server_ = builder.BuildAndStart();
  if (grpc_server_ == nullptr || grpc_port_ == 0) {
    return absl::UnavailableError(absl::StrCat("listen.address: \"", listen.address(),
                                               "\" cannot be listened on; give an address of this machine and a port "
                                               "that is free"));
  }
  connections_.ServerIsBuilt();
  if (!listen.health_address().empty()) {
    absl::StatusOr<std::unique_ptr<HealthServer>> health = HealthServer::Start(listen.health_address());
    if (!health.ok()) return health.status();
    health_server_ = *std::move(health);
  }
  loop_.Post([this] { WatchListener(); });
  readiness_.SetStarted();
  TellReadiness();
  return absl::OkStatus();
}

absl::Status Server::OpenAdminPort(const std::string& address, std::string config, std::string config_digest) {
  const GatewayInsides insides{.clock = clock_,
                               .loop = loop_,
                               .sources = sources_->sources(),
                               .poller = *poller_,
                               .cache = *cache_,
                               .telemetry = telemetry_,
                               .readiness = readiness_,
                               .tls = tls_.get()};
  auto admin = AdminServer::Start(address, insides, std::move(config), std::move(config_digest), log_);
  if (!admin.ok()) return admin.status();
  admin_server_ = *std::move(admin);
  admin_port_ = admin_server_->port();
  const absl::StatusOr<ListenAddress> parsed = ParseListenAddress(address);
  if (!parsed.ok() || !IsLoopback(parsed->host)) log_.Warning("admin_off_loopback").Add("address", address);
  return absl::OkStatus();
}

std::map<std::string, int> Server::ports() const {
  std::map<std::string, int> ports = {{"grpc", grpc_port_}};
  if (health_server_ != nullptr) ports["health"] = health_server_->port();
  if (admin_port_ != 0) ports["admin"] = admin_port_;
  return ports;
}

void Server::TellReadiness() {
  if (!readiness_.started()) return;  // SetStarted is followed by another call
  const base::MutexLock lock(tell_mutex_);
  const bool ready = readiness_.ready();
  for (const char* service :
       {"", v1::TaskService::service_full_name(), google::longrunning::Operations::service_full_name()}) {
    grpc_server_->GetHealthCheckService()->SetServingStatus(service, ready);
  }
  if (health_server_ != nullptr) health_server_->SetReady(ready);
}

void Server::RenewCertificates(absl::Duration interval) {
  loop_.Schedule(interval, [this, interval] {
    decode_executor_.Run([this] { tls_->Reload(); });
    RenewCertificates(interval);
  });
}

void Server::WatchListener() {
  loop_.Schedule(kListenerInterval, [this] {
    if (!GrpcLostListener()) return WatchListener();
    log_.Error("listener_lost");
    readiness_.SetListenerLost();
    TellReadiness();
    if (health_server_ != nullptr) health_server_->SetDead();
  });
}

void Server::SweepCache() {
  loop_.Schedule(kSweepInterval, [this] {
    cache_->Sweep();
    SweepCache();
  });
}

void Server::Drain() {
  readiness_.SetDraining();
  TellReadiness();
  loop_.Post([this] { open_calls_.Drain(); });
}

void Server::Shutdown(absl::Duration grace) {
  if (shut_down_.exchange(true)) return;
  readiness_.SetDraining();
  if (grpc_server_ != nullptr) {
    TellReadiness();
    loop_.Post([this] { open_calls_.Stop(); });
    grpc_server_->Shutdown(absl::ToChronoTime(clock_.Now() + grace));
  }
  admin_server_.reset();
  // Calls end on the loop, so it stops last, behind all that they posted.
  loop_.Post([this] { loop_.Stop(); });
  if (loop_thread_.joinable()) loop_thread_.join();
}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

}  // namespace taskgateway::server

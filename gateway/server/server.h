// The composition root: everything that one gateway is made of, wired and running.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_loop.h"
#include "gateway/base/executor.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"
#include "gateway/base/random.h"
#include "gateway/rpc/operations_service.h"
#include "gateway/rpc/task_service.h"
#include "gateway/server/admin_server.h"
#include "gateway/server/configured_sources.h"
#include "gateway/server/connection_count.h"
#include "gateway/server/health_server.h"
#include "gateway/server/readiness.h"
#include "gateway/server/server_tls.h"
#include "gateway/server/telemetry.h"
#include "gateway/tasks/alias_resolver.h"
#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/log_buffers.h"
#include "gateway/tasks/task_canceller.h"
#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_poller.h"
#include "gateway/tasks/task_reader.h"
#include "gateway/upstream/curl_http_client.h"
#include "gateway/upstream/upstream_call.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// A gateway that serves: taskgateway.v1.TaskService, google.longrunning.Operations, grpc.health.v1 and reflection on
// one port. Thread-safe. A process may have several.
class Server {
 public:
  // `config` is one that LoadConfig gave. `log` outlives the server.
  //
  // Errors: FAILED_PRECONDITION when the environment lacks the keys of an account, INVALID_ARGUMENT when certificates
  // do not hold together, UNAVAILABLE when an address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(config::v1::Config config, base::Log& log);
  // Shuts down without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port that callers reach.
  int grpc_port() const { return grpc_port_; }
  // Every port, by what it is for: `grpc`, and `health` and `admin` if there are such.
  std::map<std::string, int> ports() const;

  // Health says NOT_SERVING, waits answer and watches close. Callers who are connected are served on.
  void Drain();
  // Whether a caller is connected.
  bool HasConnections() const { return connections_.Any(); }
  // Health says NOT_SERVING, waits and streams end, new calls are refused, other calls have `grace` to end and are
  // cancelled then. Returns when all is over. The first call counts.
  void Shutdown(absl::Duration grace);

 private:
  Server(const config::v1::Config& config, base::Log& log);
  absl::Status Listen(const config::v1::Config& config);
  absl::Status OpenAdminPort(const std::string& address, std::string config, std::string config_digest);
  // Tells health what readiness_ says.
  void TellReadiness();
  // Looks from time to time whether gRPC still listens, from now on.
  void WatchListener();
  // Reads certificates again from time to time, from now on.
  void RenewCertificates(absl::Duration interval);
  // Sweeps the cache from now on. Before the loop runs.
  void SweepCache();

  // In the order in which they need each other. The decode executor goes before the
  // loop, to which its work reports, and before the sources, whose adapters its work uses.
  base::SystemClock clock_;
  base::Log& log_;
  std::unique_ptr<ServerTls> tls_;  // null: plaintext
  Readiness readiness_;
  base::Mutex tell_mutex_;
  std::unique_ptr<base::Tracer> tracer_;  // null: nobody collects spans
  Telemetry telemetry_;
  base::Random random_ = base::Random::FromDevice();
  upstream::CurlHttpClient http_;
  base::EventLoop loop_;
  std::unique_ptr<ConfiguredSources> sources_;
  base::ThreadPool decode_executor_;
  upstream::Context context_;
  std::unique_ptr<tasks::TaskCache> cache_;
  std::unique_ptr<tasks::TaskReader> reader_;
  std::unique_ptr<tasks::TaskFinder> finder_;
  std::unique_ptr<tasks::TaskPoller> poller_;
  std::unique_ptr<tasks::LogBuffers> log_buffers_;
  std::unique_ptr<tasks::AliasResolver> aliases_;
  std::unique_ptr<tasks::TaskCanceller> canceller_;
  base::ThreadPool delivery_executor_;
  tasks::FanOut fan_out_;
  rpc::OpenCalls open_calls_;
  rpc::CallLimit call_limit_;
  std::unique_ptr<rpc::TaskService> task_service_;
  std::unique_ptr<rpc::OperationsService> operations_service_;
  ConnectionCount connections_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<HealthServer> health_server_;  // null: none is configured
  std::unique_ptr<AdminServer> admin_server_;    // null: none is configured, or it has ended
  int grpc_port_ = 0;
  int admin_port_ = 0;
  std::atomic<bool> shut_down_ = false;
  std::thread loop_thread_;
};

}  // namespace taskgateway::server

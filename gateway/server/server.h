// The composition root: everything that one gateway is made of, wired and running.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_loop.h"
#include "gateway/base/executor.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/rpc/operations_service.h"
#include "gateway/rpc/task_service.h"
#include "gateway/server/configured_sources.h"
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
  // Errors: FAILED_PRECONDITION when the environment lacks the keys of an account, UNAVAILABLE when the address cannot
  // be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(config::v1::Config config, base::Log& log);
  // Shuts down without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port that callers reach.
  int grpc_port() const { return grpc_port_; }

  // Health says NOT_SERVING, waits answer and watches close, new calls are refused, other calls have `grace` to end and
  // are cancelled then. Returns when all is over. The first call counts.
  void Shutdown(absl::Duration grace);

 private:
  explicit Server(const config::v1::Config& config);
  absl::Status Listen(const config::v1::Config& config);
  // Sweeps the cache from now on. Before the loop runs.
  void SweepCache();

  // In the order in which they need each other. The decode executor goes before the
  // loop, to which its work reports, and before the sources, whose adapters its work uses.
  base::SystemClock clock_;
  base::Random random_ = base::Random::FromDevice();
  upstream::CurlHttpClient http_;
  base::EventLoop loop_;
  std::unique_ptr<ConfiguredSources> sources_;
  base::ThreadPool decode_executor_;
  upstream::Context context_;
  tasks::ReadCounters counters_;
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
  std::unique_ptr<rpc::TaskService> task_service_;
  std::unique_ptr<rpc::OperationsService> operations_service_;
  std::unique_ptr<grpc::Server> grpc_server_;
  int grpc_port_ = 0;
  std::atomic<bool> shut_down_ = false;
  std::thread loop_thread_;
};

}  // namespace taskgateway::server

// A whole gateway and a simulator of both upstream APIs in one process, joined by real sockets on loopback.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"
#include "gateway/server/server.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/support/http_get.h"
#include "tools/simulator/simulator.h"

namespace taskgateway::e2e {

// Sources `cc` and `sc` over plain HTTP, `cc-tls` over TLS, `cc-denied` with a wrong secret; budgets that never bind.
class GatewayTest : public testing::Test {
 protected:
  // `limits` and `listen` are the YAML of the configuration's `limits` and of what `listen` has beside the address;
  // `admin` is that of its other members.
  void StartGateway(std::string_view limits = "{}", simulator::Simulator::Options options = {},
                    std::string_view listen = "", std::string_view admin = "admin: {address: \"127.0.0.1:0\"}");
  void TearDown() override;

  // Adds what a scenario says to the simulator.
  void Play(std::string_view scenario);

  // One GetTask with max_staleness 0: the upstream is asked, unless the task is known to be done.
  grpc::Status Get(std::string_view name, v1::Task* task, v1::TaskView view = v1::TASK_VIEW_BASIC,
                   absl::Duration timeout = absl::Seconds(60));

  // Requests that the simulator served for GetTask of either API.
  std::uint64_t Reads(simulator::Api api) const { return simulator_->Requests(api, "GetTask"); }

  // What the admin port says.
  support::HttpGot Admin(const std::string& path, const std::string& method = "GET", const std::string& host = "") {
    return support::HttpGet("http://127.0.0.1:" + std::to_string(gateway_->ports().at("admin")) + path, method, host);
  }

  v1::TaskService::Stub& stub() { return *stub_; }
  simulator::Simulator& simulator() { return *simulator_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  server::Server& gateway() { return *gateway_; }
  // What the gateway has logged so far, at level info and above.
  std::string log_text() { return sink_.text(); }
  bool Logged(std::string_view event) {
    return log_text().find("\"event\":\"" + std::string(event) + "\"") != std::string::npos;
  }
  // Gives up the connection of stub().
  void Disconnect() {
    stub_.reset();
    channel_.reset();
  }
  // Another connection to the gateway.
  std::shared_ptr<grpc::Channel> Connect(const std::shared_ptr<grpc::ChannelCredentials>& credentials);

 private:
  class MemorySink final : public base::LogSink {
   public:
    bool Write(std::string_view line) override {
      base::MutexLock lock(mutex_);
      text_.append(line);
      return true;
    }
    std::string text() {
      base::MutexLock lock(mutex_);
      return text_;
    }

   private:
    base::Mutex mutex_;
    std::string text_;
  };

  base::SystemClock clock_;
  MemorySink sink_;
  std::unique_ptr<base::Log> log_;
  std::unique_ptr<simulator::Simulator> simulator_;
  std::unique_ptr<server::Server> gateway_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::TaskService::Stub> stub_;
};

// Waits until `done`, which somebody else makes true; gives up after a minute.
template <typename Done>
bool Eventually(Done done) {
  const base::SystemClock clock;
  const absl::Duration end = clock.Uptime() + absl::Minutes(1);
  while (!done()) {
    if (clock.Uptime() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// The details of a status; one that does not parse fails the test.
google::rpc::Status DetailsOf(const grpc::Status& status);
// ErrorInfo.reason of a status, or empty.
std::string ReasonOf(const grpc::Status& status);
// The first detail of a kind, or the default message.
template <typename Detail>
Detail DetailOf(const grpc::Status& status) {
  Detail detail;
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return Detail();
}

}  // namespace taskgateway::e2e

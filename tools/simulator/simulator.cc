#include "tools/simulator/simulator.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tools/simulator/certificate.h"
#include "tools/simulator/cloud.h"
#include "tools/simulator/session.h"

namespace taskgateway::simulator {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

std::vector<AccessKey> OrDefault(std::vector<AccessKey> keys) {
  if (keys.empty()) {
    keys.push_back({{std::string(kDefaultAccessKeyId), core::Secret(std::string(kDefaultAccessKeySecret)), {}}, {}});
  }
  return keys;
}

}  // namespace

// The io_context, its thread, and the cloud that belongs to that thread.
class Simulator::Server {
 public:
  explicit Server(Options options)
      : cloud_(options.clock != nullptr ? *options.clock : system_clock_, options.ledger_capacity),
        options_(std::move(options)),
        io_(/*concurrency_hint=*/1) {
    for (AccessKey& key : OrDefault(std::move(options_.access_keys))) cloud_.keys().Put(std::move(key));
  }
  ~Server() { Stop(); }

  absl::Status Start() {
    absl::StatusOr<Certificate> certificate = MakeCertificate(system_clock_.Now());
    if (!certificate.ok()) return certificate.status();
    pem_ = certificate->pem;
    SSL_CTX* const context = tls_.native_handle();
    if (SSL_CTX_use_certificate(context, certificate->x509.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, certificate->key.get()) != 1) {
      return absl::InternalError("OpenSSL refuses the certificate");
    }
    if (absl::Status status = Listen(plain_, options_.http_port); !status.ok()) return status;
    if (absl::Status status = Listen(secure_, options_.https_port); !status.ok()) return status;
    http_port_ = plain_.local_endpoint().port();
    https_port_ = secure_.local_endpoint().port();
    Accept(plain_, [this](tcp::socket socket) { StartSession(std::move(socket), cloud_); });
    Accept(secure_, [this](tcp::socket socket) { StartTlsSession(std::move(socket), tls_, cloud_); });
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

  void Stop() {
    if (!thread_.joinable()) return;
    io_.stop();
    thread_.join();
    error_code ignored;
    plain_.close(ignored);
    secure_.close(ignored);
  }

  // Runs `work` on the thread that owns the cloud, or here when there is none.
  void Run(const std::function<void(Cloud&)>& work) {
    if (!thread_.joinable()) return work(cloud_);
    std::promise<void> done;
    asio::post(io_, [&] {
      work(cloud_);
      done.set_value();
    });
    done.get_future().wait();
  }

  std::uint16_t http_port() const { return http_port_; }
  std::uint16_t https_port() const { return https_port_; }
  const std::string& pem() const { return pem_; }

 private:
  absl::Status Listen(tcp::acceptor& acceptor, std::uint16_t port) {
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options_.address, error), port);
    if (error) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", options_.address, "' is not an IP address; write 127.0.0.1 or 0.0.0.0"));
    }
    if (!acceptor.open(endpoint.protocol(), error) && !acceptor.set_option(tcp::acceptor::reuse_address(true), error) &&
        !acceptor.bind(endpoint, error)) {
      acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.address, ":", port, ": ", error.message(),
                                               "; choose another port, or 0 for a free one"));
  }

  void Accept(tcp::acceptor& acceptor, std::function<void(tcp::socket)> start) {
    acceptor.async_accept([this, &acceptor, start = std::move(start)](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) start(std::move(socket));
      Accept(acceptor, start);
    });
  }

  base::SystemClock system_clock_;
  Cloud cloud_;
  Options options_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  asio::io_context io_;  // its handlers own the sessions, which use what stands above
  tcp::acceptor plain_{io_};
  tcp::acceptor secure_{io_};
  std::uint16_t http_port_ = 0;
  std::uint16_t https_port_ = 0;
  std::string pem_;
  std::thread thread_;
};

Simulator::Simulator(Options options) : server_(std::make_unique<Server>(std::move(options))) {}
Simulator::~Simulator() = default;

absl::Status Simulator::Start() { return server_->Start(); }
void Simulator::Stop() { server_->Stop(); }
std::uint16_t Simulator::http_port() const { return server_->http_port(); }
std::uint16_t Simulator::https_port() const { return server_->https_port(); }
const std::string& Simulator::certificate_pem() const { return server_->pem(); }

absl::Status Simulator::Apply(std::string_view scenario_yaml) {
  absl::StatusOr<Scenario> scenario = ParseScenario(scenario_yaml);
  if (!scenario.ok()) return scenario.status();
  Apply(*std::move(scenario));
  return absl::OkStatus();
}

void Simulator::Apply(Scenario scenario) {
  server_->Run([&](Cloud& cloud) {
    for (AccessKey& key : scenario.access_keys) cloud.keys().Put(std::move(key));
    for (ProductScript& product : scenario.products) cloud.tasks().PutProduct(product.id, std::move(product.fields));
    for (TaskScript& task : scenario.tasks) cloud.tasks().Put(std::move(task));
    if (scenario.launch) cloud.tasks().set_launch(*std::move(scenario.launch));
    for (FaultRule& rule : scenario.faults) cloud.faults().Add(std::move(rule));
  });
}

void Simulator::AddTask(TaskScript script) {
  server_->Run([&](Cloud& cloud) { cloud.tasks().Put(std::move(script)); });
}
void Simulator::RemoveTask(const std::string& id) {
  server_->Run([&](Cloud& cloud) { cloud.tasks().Remove(id); });
}
void Simulator::AddAccessKey(AccessKey key) {
  server_->Run([&](Cloud& cloud) { cloud.keys().Put(std::move(key)); });
}
void Simulator::AddFault(FaultRule rule) {
  server_->Run([&](Cloud& cloud) { cloud.faults().Add(std::move(rule)); });
}
void Simulator::ClearFaults() {
  server_->Run([](Cloud& cloud) { cloud.faults().Clear(); });
}
void Simulator::SetClockOffset(absl::Duration offset) {
  server_->Run([&](Cloud& cloud) { cloud.clock().set_offset(offset); });
}
std::vector<LedgerEntry> Simulator::Ledger() const {
  std::vector<LedgerEntry> entries;
  server_->Run([&](Cloud& cloud) { entries.assign(cloud.ledger().entries().begin(), cloud.ledger().entries().end()); });
  return entries;
}
std::uint64_t Simulator::Requests(Api api, const std::string& action) const {
  std::uint64_t count = 0;
  server_->Run([&](Cloud& cloud) { count = cloud.ledger().Count(api, action); });
  return count;
}
void Simulator::ClearLedger() {
  server_->Run([](Cloud& cloud) { cloud.ledger().Clear(); });
}

}  // namespace taskgateway::simulator

// The admin port: for probes, Prometheus and people.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/log.h"
#include "gateway/server/gateway_metrics.h"
#include "gateway/server/http_server.h"

namespace taskgateway::server {

// Serves
//
//   /            a page for people that keeps itself up to date
//   /livez       200 while the process answers
//   /readyz      200 when callers should come, else 503; a JSON object says why
//   /metrics     for Prometheus
//   /config      the configuration in use, without secrets
//   /log-level   the least severity that is logged; PUT /log-level?level=debug changes it, from this machine alone
//
// and `/status.json`, `/page.js`, `/page.css` for the page. Thread-safe.
class AdminServer {
 public:
  // What `insides` refers to and `log` outlive it; the loop runs while it does. `config` is Redacted JSON. Error:
  // UNAVAILABLE, naming admin.address.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& address, const GatewayInsides& insides,
                                                            std::string config, std::string config_digest,
                                                            base::Log& log);

  int port() const { return http_->port(); }

 private:
  AdminServer(const GatewayInsides& insides, std::string config, std::string config_digest, base::Log& log);
  std::vector<HttpRoute> Routes();
  HttpAnswer LogLevel(const HttpQuestion& question);

  const GatewayInsides insides_;
  const std::string config_;
  const std::string config_digest_;
  base::Log& log_;
  const absl::Duration started_;  // Uptime
  const GatewayMetrics metrics_;
  std::unique_ptr<HttpServer> http_;  // goes first
};

}  // namespace taskgateway::server

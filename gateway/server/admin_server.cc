#include "gateway/server/admin_server.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/server/network_address.h"
#include "gateway/server/page/page_css.h"
#include "gateway/server/page/page_html.h"
#include "gateway/server/page/page_js.h"
#include "gateway/server/status_page.h"
#include "gateway/server/whole_json.h"

namespace taskgateway::server {
namespace {

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr char kCss[] = "text/css; charset=utf-8";
constexpr char kJavaScript[] = "text/javascript; charset=utf-8";
constexpr char kJson[] = "application/json";
constexpr char kPrometheus[] = "text/plain; version=0.0.4; charset=utf-8";

// `host[:port]` without the port.
std::string_view WithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  return colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
}

bool FromThisMachine(const HttpQuestion& question) {
  const std::string peer = question.peer.find(':') == std::string::npos ? question.peer : "[" + question.peer + "]";
  // The Host header too: a page of another origin may have its name point here, but cannot make the browser hide it.
  return IsLoopback(peer) && IsLoopback(WithoutPort(question.host));
}

}  // namespace

AdminServer::AdminServer(const GatewayInsides& insides, std::string config, std::string config_digest, base::Log& log)
    : insides_(insides),
      config_(std::move(config)),
      config_digest_(std::move(config_digest)),
      log_(log),
      started_(insides.clock.Uptime()),
      metrics_(insides, config_digest_) {}

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address,
                                                                const GatewayInsides& insides, std::string config,
                                                                std::string config_digest, base::Log& log) {
  std::unique_ptr<AdminServer> admin(new AdminServer(insides, std::move(config), std::move(config_digest), log));
  absl::StatusOr<std::unique_ptr<HttpServer>> http = HttpServer::Start(address, admin->Routes());
  if (!http.ok()) return absl::UnavailableError(absl::StrCat("admin.address: ", http.status().message()));
  admin->http_ = *std::move(http);
  return admin;
}

std::vector<HttpRoute> AdminServer::Routes() {
  const auto fixed = [](const char* type, std::string_view body) {
    return [type, body](const HttpQuestion&) { return HttpAnswer{.content_type = type, .body = std::string(body)}; };
  };
  return {
      {"/", fixed(kHtml, kPageHtml)},
      {"/page.css", fixed(kCss, kPageCss)},
      {"/page.js", fixed(kJavaScript, kPageJs)},
      {"/status.json",
       [this](const HttpQuestion&) {
         return HttpAnswer{.content_type = kJson,
                           .body = WholeJson(LookAt(insides_, config_digest_, started_), JsonLayout::kOneLine)};
       }},
      {"/livez", [](const HttpQuestion&) { return HttpAnswer{.body = "ok\n"}; }},
      {"/readyz",
       [this](const HttpQuestion&) {
         return HttpAnswer{.status = insides_.readiness.ready() ? 200U : 503U,
                           .content_type = kJson,
                           .body = insides_.readiness.Json()};
       }},
      {"/metrics",
       [this](const HttpQuestion&) { return HttpAnswer{.content_type = kPrometheus, .body = metrics_.Text()}; }},
      {"/config", fixed(kJson, config_)},
      {"/log-level", [this](const HttpQuestion& question) { return LogLevel(question); }, true},
  };
}

HttpAnswer AdminServer::LogLevel(const HttpQuestion& question) {
  if (question.method == "PUT") {
    if (!FromThisMachine(question)) return {.status = 403, .body = "Only from the gateway's own machine.\n"};
    constexpr std::string_view kKey = "level=";
    const std::string_view query = question.query;
    const std::optional<base::Severity> level =
        query.starts_with(kKey) ? base::ParseSeverity(query.substr(kKey.size())) : std::nullopt;
    if (!level) return {.status = 400, .body = "?level= must be debug, info, warning or error.\n"};
    log_.SetLevel(*level);
    log_.Line(base::Severity::kError, "log_level_changed").Add("level", base::SeverityWord(*level));
  }
  return {.body = absl::StrCat(std::string(base::SeverityWord(log_.level())), "\n")};
}

}  // namespace taskgateway::server

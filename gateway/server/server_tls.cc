#include "gateway/server/server_tls.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace taskgateway::server {
namespace {

// How soon gRPC looks at what Reload has put down.
constexpr unsigned kRefreshSeconds = 1;

}  // namespace

absl::StatusOr<std::unique_ptr<ServerTls>> ServerTls::Make(const config::v1::Tls& tls, const base::Clock& clock,
                                                           base::Log& log) {
  namespace experimental = grpc::experimental;
  std::variant<Certificates, CertificateProblem> read = ReadCertificates(tls, clock.Now());
  if (const auto* problem = std::get_if<CertificateProblem>(&read)) {
    return absl::InvalidArgumentError(absl::StrCat("listen.tls.", problem->field, ": ", problem->text));
  }
  std::unique_ptr<ServerTls> made(new ServerTls(tls, clock, log));
  absl::StatusOr<std::unique_ptr<MemoryFile>> identity = MemoryFile::Make("taskgateway-identity");
  absl::StatusOr<std::unique_ptr<MemoryFile>> authorities = MemoryFile::Make("taskgateway-client-authorities");
  if (!identity.ok() || !authorities.ok()) return identity.ok() ? authorities.status() : identity.status();
  made->identity_ = *std::move(identity);
  if (!tls.client_ca_file().empty()) made->client_authorities_ = *std::move(authorities);
  if (absl::Status used = made->Use(std::get<Certificates>(std::move(read))); !used.ok()) return used;

  // Key and certificate are one file: gRPC never sees one of them without the other.
  const std::string& path = made->identity_->path();
  const bool mutual = made->client_authorities_ != nullptr;
  auto provider = mutual ? std::make_shared<experimental::FileWatcherCertificateProvider>(
                               path, path, made->client_authorities_->path(), kRefreshSeconds)
                         : std::make_shared<experimental::FileWatcherCertificateProvider>(path, path, kRefreshSeconds);
  experimental::TlsServerCredentialsOptions options(std::move(provider));
  options.watch_identity_key_cert_pairs();
  if (mutual) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  } else {
    options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  }
  made->credentials_ = experimental::TlsServerCredentials(options);
  return made;
}

void ServerTls::Reload() {
  std::variant<Certificates, CertificateProblem> read = ReadCertificates(tls_, clock_.Now());
  base::MutexLock lock(reload_mutex_);
  rejecting_.store(std::holds_alternative<CertificateProblem>(read), std::memory_order_relaxed);
  if (const auto* problem = std::get_if<CertificateProblem>(&read)) {
    if (problem->text == std::exchange(problem_, problem->text)) return;
    rejected_.Add();
    log_.Error("certificates_rejected")
        .Add("field", absl::StrCat("listen.tls.", problem->field))
        .Add("problem", problem->text)
        .Add("in_use_until", expires_at());
    return;
  }
  problem_.clear();
  Certificates& certificates = std::get<Certificates>(read);
  if (certificates == certificates_) return;
  if (absl::Status used = Use(std::move(certificates)); !used.ok()) {
    rejecting_.store(true, std::memory_order_relaxed);
    rejected_.Add();
    log_.Error("certificates_rejected").Add("status", used);
    return;
  }
  loaded_.Add();
  log_.Info("certificates_loaded").Add("expires_at", expires_at());
}

absl::Status ServerTls::Use(Certificates certificates) {
  if (client_authorities_ != nullptr) {
    if (absl::Status put = client_authorities_->Replace(certificates.client_authorities); !put.ok()) return put;
  }
  if (absl::Status put = identity_->Replace(certificates.identity.Reveal()); !put.ok()) return put;
  expires_at_.store(absl::ToUnixSeconds(certificates.expires_at), std::memory_order_relaxed);
  certificates_ = std::move(certificates);
  return absl::OkStatus();
}

}  // namespace taskgateway::server

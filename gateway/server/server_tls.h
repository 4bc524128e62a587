// TLS towards callers, with certificates that are renewed while the server runs.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/counter.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"
#include "gateway/server/memory_file.h"
#include "gateway/server/tls_files.h"
#include "grpcpp/security/server_credentials.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// What the listener is made with. New connections see new certificates a second or two after Reload found them; the
// connections that there are stay. Thread-safe.
class ServerTls {
 public:
  // Reads the files of `tls`. `clock` and `log` outlive it. Errors: INVALID_ARGUMENT that names field, file and remedy;
  // UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<ServerTls>> Make(const config::v1::Tls& tls, const base::Clock& clock,
                                                         base::Log& log);

  // TLS 1.2 and above. With client authorities callers must have a certificate that one of them signed.
  const std::shared_ptr<grpc::ServerCredentials>& credentials() const { return credentials_; }
  // Reads the files again. What does not hold together leaves the old certificates in use, and is logged once. Blocks
  // on the files.
  void Reload();
  // When the certificate in use expires.
  absl::Time expires_at() const { return absl::FromUnixSeconds(expires_at_.load(std::memory_order_relaxed)); }
  // How often new files were taken, and were not.
  const base::Counter& loaded() const { return loaded_; }
  const base::Counter& rejected() const { return rejected_; }
  // Whether the files on disk are such that the old certificates stay in use.
  bool rejecting() const { return rejecting_.load(std::memory_order_relaxed); }

 private:
  ServerTls(const config::v1::Tls& tls, const base::Clock& clock, base::Log& log)
      : tls_(tls), clock_(clock), log_(log) {}
  absl::Status Use(Certificates certificates);

  const config::v1::Tls tls_;
  const base::Clock& clock_;
  base::Log& log_;
  std::unique_ptr<MemoryFile> identity_;
  std::unique_ptr<MemoryFile> client_authorities_;  // null: callers are asked for no certificate
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  std::atomic<std::int64_t> expires_at_ = 0;
  base::Counter loaded_;
  base::Counter rejected_;
  std::atomic<bool> rejecting_ = false;
  base::Mutex reload_mutex_;
  Certificates certificates_;  // in use; guarded by reload_mutex_
  std::string problem_;        // that was logged last; guarded by reload_mutex_
};

}  // namespace taskgateway::server

// The PEM files with which the gateway proves itself to callers, and by which it knows them.
#pragma once

#include <string>
#include <variant>

#include "absl/time/time.h"
#include "adapters/core/secret.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// What the files of a configuration's `listen.tls` say. They hold together: the key is the certificate's.
struct Certificates {
  core::Secret identity;           // PEM: the key, then the certificate and what leads to its authority
  std::string client_authorities;  // PEM; empty: callers are asked for no certificate
  absl::Time expires_at;           // the gateway's own certificate

  friend bool operator==(const Certificates&, const Certificates&) = default;
};

// What is wrong with a file: `field` of `listen.tls`, and a text that names the file and the remedy, never content.
struct CertificateProblem {
  std::string field;
  std::string text;
};

// Whether callers are to use TLS.
bool UsesTls(const config::v1::Listen& listen);

// Reads the files of `tls`, each of at most 1 MiB. Blocks.
std::variant<Certificates, CertificateProblem> ReadCertificates(const config::v1::Tls& tls, absl::Time now);

}  // namespace taskgateway::server

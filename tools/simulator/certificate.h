// A certificate that is made at start and never leaves memory with its key.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace taskgateway::simulator {

// Self-signed, valid from a day before `now` for a year, for localhost, 127.0.0.1 and ::1; an EC P-256 key. Clients
// trust the certificate itself.
struct Certificate {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{nullptr, &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> x509{nullptr, &X509_free};
  std::string pem;  // without the key
};

// Errors: INTERNAL, when OpenSSL fails.
absl::StatusOr<Certificate> MakeCertificate(absl::Time now);

}  // namespace taskgateway::simulator

// Certificates that live as long as a test.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tests/support/test_authority.h"

namespace taskgateway::upstream {

// An authority and one server certificate of it.
class TestCertificates {
 public:
  // `subject` is what the server is called: `IP:127.0.0.1` or `DNS:name`.
  explicit TestCertificates(const std::string& subject);
  ~TestCertificates();

  // The authority, as PEM.
  const std::string& ca_file() const { return ca_file_; }
  // A context for servers with the certificate; speaks HTTP/2 when `http2`.
  SSL_CTX* ServerContext(bool http2 = false);

 private:
  const support::TestAuthority authority_;
  const support::TestIdentity identity_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::string ca_file_;
};

}  // namespace taskgateway::upstream

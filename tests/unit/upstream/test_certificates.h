// Certificates that live as long as a test.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

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
  template <auto Free>
  struct Deleter {
    template <typename T>
    void operator()(T* object) const {
      Free(object);
    }
  };
  using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
  using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;

  static Certificate Issue(EVP_PKEY* key, const char* name, const char* extension, const std::string& extension_value,
                           EVP_PKEY* issuer_key, X509* issuer);

  Key ca_key_;
  Key key_;
  Certificate ca_;
  Certificate certificate_;
  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context_;
  std::string ca_file_;
};

}  // namespace taskgateway::upstream

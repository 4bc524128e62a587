// Certificates for tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace taskgateway::support {

// A certificate and its key, as PEM.
struct TestIdentity {
  std::string certificate;
  std::string key;
};

// What a certificate is like.
struct TestTerms {
  absl::Duration begins = -absl::Hours(1);  // from now
  absl::Duration ends = absl::Hours(1);
  bool weak = false;  // a key that is too short for OpenSSL to serve with
};

// An authority of its own, with EC P-256 keys.
class TestAuthority {
 public:
  TestAuthority();

  // Its certificate, as PEM.
  const std::string& pem() const { return pem_; }
  // A certificate for `names`, such as `DNS:localhost,URI:spiffe://team/service`.
  TestIdentity Issue(const std::string& names, const TestTerms& terms = {}) const;

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

  // Signed by the authority; `issuer` is null for its own certificate.
  Certificate Sign(EVP_PKEY* key, const std::string& name, int extension, const std::string& value,
                   const TestTerms& terms, X509* issuer) const;

  const Key key_;
  const Certificate certificate_;
  const std::string pem_;
};

}  // namespace taskgateway::support

#include "tests/unit/upstream/test_certificates.h"

#include <openssl/pem.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

void Check(bool good) {
  if (!good) std::abort();
}

int ChooseHttp2(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kHttp2, sizeof kHttp2, offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TestCertificates::TestCertificates(const std::string& subject)
    : identity_(authority_.Issue(subject)), ca_file_(testing::TempDir() + "taskgateway-ca-XXXXXX") {
  std::FILE* const file = fdopen(mkstemp(ca_file_.data()), "w");
  Check(file != nullptr && std::fputs(authority_.pem().c_str(), file) >= 0 && std::fclose(file) == 0);
}

TestCertificates::~TestCertificates() { unlink(ca_file_.c_str()); }

SSL_CTX* TestCertificates::ServerContext(bool http2) {
  const auto open = [](const std::string& pem) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  };
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(open(identity_.certificate).get(), nullptr, nullptr, nullptr), &X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(open(identity_.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  context_.reset(SSL_CTX_new(TLS_server_method()));
  Check(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1 &&
        SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);
  if (http2) SSL_CTX_set_alpn_select_cb(context_.get(), ChooseHttp2, nullptr);
  return context_.get();
}

}  // namespace taskgateway::upstream

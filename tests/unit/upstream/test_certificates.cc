#include "tests/unit/upstream/test_certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
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
    : ca_key_(EVP_EC_gen("P-256")),
      key_(EVP_EC_gen("P-256")),
      ca_(Issue(ca_key_.get(), "Test Authority", "basicConstraints", "critical,CA:TRUE", ca_key_.get(), nullptr)),
      certificate_(Issue(key_.get(), "Test Server", "subjectAltName", subject, ca_key_.get(), ca_.get())),
      ca_file_(testing::TempDir() + "taskgateway-ca-XXXXXX") {
  std::FILE* const file = fdopen(mkstemp(ca_file_.data()), "w");
  Check(file != nullptr && PEM_write_X509(file, ca_.get()) == 1 && std::fclose(file) == 0);
}

TestCertificates::~TestCertificates() { unlink(ca_file_.c_str()); }

TestCertificates::Certificate TestCertificates::Issue(EVP_PKEY* key, const char* name, const char* extension,
                                                      const std::string& extension_value, EVP_PKEY* issuer_key,
                                                      X509* issuer) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), issuer == nullptr ? subject : X509_get_subject_name(issuer));
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer == nullptr ? certificate.get() : issuer, certificate.get(), nullptr, nullptr, 0);
  X509_EXTENSION* const value = X509V3_EXT_conf(nullptr, &context, extension, extension_value.c_str());
  Check(value != nullptr && X509_add_ext(certificate.get(), value, -1) == 1);
  X509_EXTENSION_free(value);
  Check(X509_sign(certificate.get(), issuer_key, EVP_sha256()) > 0);
  return certificate;
}

SSL_CTX* TestCertificates::ServerContext(bool http2) {
  context_.reset(SSL_CTX_new(TLS_server_method()));
  Check(SSL_CTX_use_certificate(context_.get(), certificate_.get()) == 1 &&
        SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
  if (http2) SSL_CTX_set_alpn_select_cb(context_.get(), ChooseHttp2, nullptr);
  return context_.get();
}

}  // namespace taskgateway::upstream

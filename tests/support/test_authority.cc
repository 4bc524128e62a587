#include "tests/support/test_authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <atomic>

#include "absl/strings/str_cat.h"

namespace taskgateway::support {
namespace {

template <typename Write>
std::string ToPem(Write write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

std::string CertificatePem(X509* certificate) {
  return ToPem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

std::atomic<long> serial = 1;

}  // namespace

// Each has a name of its own: who is to trust two of them finds them by their names.
TestAuthority::TestAuthority()
    : key_(EVP_EC_gen("P-256")),
      certificate_(Sign(key_.get(), absl::StrCat("test authority ", serial.load()), NID_basic_constraints,
                        "critical,CA:TRUE", {}, nullptr)),
      pem_(CertificatePem(certificate_.get())) {}

TestIdentity TestAuthority::Issue(const std::string& names, const TestTerms& terms) const {
  const Key key(terms.weak ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256"));
  const Certificate certificate =
      Sign(key.get(), "test identity", NID_subject_alt_name, names, terms, certificate_.get());
  return {.certificate = CertificatePem(certificate.get()),
          .key = ToPem(
              [&](BIO* bio) { PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

TestAuthority::Certificate TestAuthority::Sign(EVP_PKEY* key, const std::string& name, int extension,
                                               const std::string& value, const TestTerms& terms, X509* issuer) const {
  Certificate certificate(X509_new());
  X509* const x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), static_cast<long>(absl::ToInt64Seconds(terms.begins)));
  X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(absl::ToInt64Seconds(terms.ends)));
  X509_set_pubkey(x509, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  if (issuer == nullptr) issuer = x509;
  X509_set_issuer_name(x509, X509_get_subject_name(issuer));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  X509_EXTENSION* const added = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
  X509_add_ext(x509, added, -1);
  X509_EXTENSION_free(added);
  X509_sign(x509, key_.get(), EVP_sha256());
  return certificate;
}

}  // namespace taskgateway::support

#include "tools/simulator/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace taskgateway::simulator {
namespace {

bool AddExtension(X509* x509, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) return false;
  const bool added = X509_add_ext(x509, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool SetName(X509* x509) {
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* const text = reinterpret_cast<const unsigned char*>("tasksim");
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(x509, name) == 1;
}

bool SetSerial(X509* x509) {
  std::uint32_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1;
}

std::string ToPem(X509* x509) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  char* data = nullptr;
  if (!bio || PEM_write_bio_X509(bio.get(), x509) != 1) return "";
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

absl::StatusOr<Certificate> MakeCertificate(absl::Time now) {
  Certificate certificate;
  certificate.key.reset(EVP_EC_gen("P-256"));
  certificate.x509.reset(X509_new());
  X509* const x509 = certificate.x509.get();
  constexpr long kX509v3 = 2;
  const bool made =
      certificate.key && x509 != nullptr && X509_set_version(x509, kX509v3) == 1 && SetSerial(x509) && SetName(x509) &&
      ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(now - absl::Hours(24))) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(now + absl::Hours(24 * 365))) != nullptr &&
      X509_set_pubkey(x509, certificate.key.get()) == 1 && AddExtension(x509, NID_subject_key_identifier, "hash") &&
      AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE") &&
      AddExtension(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
      X509_sign(x509, certificate.key.get(), EVP_sha256()) > 0;
  if (made) certificate.pem = ToPem(x509);
  if (certificate.pem.empty()) return absl::InternalError("OpenSSL could not make a certificate");
  return certificate;
}

}  // namespace taskgateway::simulator

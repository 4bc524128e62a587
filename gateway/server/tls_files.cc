#include "gateway/server/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/server/config_problems.h"
#include "gateway/server/small_file.h"

namespace taskgateway::server {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Open(std::string_view pem) { return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// An encrypted key is refused rather than asked a password for.
int NoPassword(char*, int, int, void*) { return 0; }

Owned<EVP_PKEY> FirstKey(std::string_view pem) {
  const Owned<BIO> bio = Open(pem);
  return Owned<EVP_PKEY>(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
}

// The first certificate, when that and all behind it can be read.
Owned<X509> FirstCertificate(std::string_view pem) {
  const Owned<BIO> bio = Open(pem);
  Owned<X509> first(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (first == nullptr) return nullptr;
  while (Owned<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) != nullptr) {
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  return at_end ? std::move(first) : nullptr;
}

std::optional<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return absl::FromTM(parts, absl::UTCTimeZone());
}

CertificateProblem Problem(const char* field, const std::string& path, std::string_view text) {
  ERR_clear_error();
  return {field, absl::StrCat(QuoteValue(path), " ", std::string(text))};
}

}  // namespace

bool UsesTls(const config::v1::Listen& listen) { return !listen.tls().certificate_file().empty(); }

std::variant<Certificates, CertificateProblem> ReadCertificates(const config::v1::Tls& tls, absl::Time now) {
  ERR_clear_error();
  constexpr char kUnreadable[] = "cannot be read, or has more than 1 MiB; give the path of a readable PEM file";
  const std::optional<std::string> chain = ReadSmallFile(tls.certificate_file(), kMaxBytes);
  if (!chain) return Problem("certificate_file", tls.certificate_file(), kUnreadable);
  std::optional<std::string> key_text = ReadSmallFile(tls.key_file(), kMaxBytes);
  if (!key_text) return Problem("key_file", tls.key_file(), kUnreadable);
  const core::Secret key_pem(*std::move(key_text));
  Certificates certificates;
  if (!tls.client_ca_file().empty()) {
    std::optional<std::string> authorities = ReadSmallFile(tls.client_ca_file(), kMaxBytes);
    if (!authorities) return Problem("client_ca_file", tls.client_ca_file(), kUnreadable);
    if (FirstCertificate(*authorities) == nullptr) {
      return Problem("client_ca_file", tls.client_ca_file(),
                     "has a broken certificate, or none; give the PEM file of the authorities that sign callers' "
                     "certificates");
    }
    certificates.client_authorities = *std::move(authorities);
  }

  const Owned<X509> leaf = FirstCertificate(*chain);
  if (leaf == nullptr) {
    return Problem("certificate_file", tls.certificate_file(),
                   "has a broken certificate, or none; give a PEM file with the gateway's certificate first");
  }
  const Owned<EVP_PKEY> key = FirstKey(key_pem.Reveal());
  if (key == nullptr) {
    return Problem("key_file", tls.key_file(),
                   "has no private key, or an encrypted one; give a PEM file with a plain one");
  }
  if (X509_check_private_key(leaf.get(), key.get()) != 1) {
    return Problem("key_file", tls.key_file(),
                   absl::StrCat("is not the key of the certificate in ", QuoteValue(tls.certificate_file()),
                                "; give the two that were made together"));
  }
  const std::optional<absl::Time> expires_at = TimeOf(X509_get0_notAfter(leaf.get()));
  if (!expires_at || *expires_at <= now) {
    return Problem(
        "certificate_file", tls.certificate_file(),
        absl::StrCat("has expired",
                     expires_at ? absl::StrCat(" at ", absl::FormatTime(*expires_at, absl::UTCTimeZone())) : "",
                     "; give one that is valid"));
  }
  certificates.expires_at = *expires_at;
  std::string identity;
  identity.reserve(key_pem.Reveal().size() + 1 + chain->size());  // a copy that moved would not be wiped
  identity.append(key_pem.Reveal()).append("\n").append(*chain);
  certificates.identity = core::Secret(std::move(identity));
  return certificates;
}

}  // namespace taskgateway::server

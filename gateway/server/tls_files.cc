#include "gateway/server/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/server/config_problems.h"
#include "gateway/server/small_file.h"

namespace taskgateway::server {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
// By how much the clock of whoever made a certificate may be ahead.
constexpr absl::Duration kClockSlack = absl::Minutes(1);

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
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

// All certificates; none when one of them cannot be read.
std::vector<Owned<X509>> AllCertificates(std::string_view pem) {
  const Owned<BIO> bio = Open(pem);
  std::vector<Owned<X509>> all;
  while (Owned<X509> next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) all.push_back(std::move(next));
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) all.clear();
  ERR_clear_error();
  return all;
}

// Why OpenSSL would not serve with these, in its words; empty when it would. gRPC finds out at a handshake, when the
// certificates that were in use before are gone.
std::string RefusedBecause(const std::vector<Owned<X509>>& chain, EVP_PKEY* key) {
  const Owned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  bool good = SSL_CTX_use_certificate(context.get(), chain.front().get()) == 1;
  for (std::size_t i = 1; good && i < chain.size(); ++i) {
    good = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
  }
  if (good && SSL_CTX_use_PrivateKey(context.get(), key) == 1) return "";
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "it does not say why" : reason;
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
    if (AllCertificates(*authorities).empty()) {
      return Problem("client_ca_file", tls.client_ca_file(),
                     "has a broken certificate, or none; give the PEM file of the authorities that sign callers' "
                     "certificates");
    }
    certificates.client_authorities = *std::move(authorities);
  }

  const std::vector<Owned<X509>> certificate_chain = AllCertificates(*chain);
  if (certificate_chain.empty()) {
    return Problem("certificate_file", tls.certificate_file(),
                   "has a broken certificate, or none; give a PEM file with the gateway's certificate first");
  }
  X509* const leaf = certificate_chain.front().get();
  const Owned<EVP_PKEY> key = FirstKey(key_pem.Reveal());
  if (key == nullptr) {
    return Problem("key_file", tls.key_file(),
                   "has no private key, or an encrypted one; give a PEM file with a plain one");
  }
  if (X509_check_private_key(leaf, key.get()) != 1) {
    return Problem("key_file", tls.key_file(),
                   absl::StrCat("is not the key of the certificate in ", QuoteValue(tls.certificate_file()),
                                "; give the two that were made together"));
  }
  const std::optional<absl::Time> expires_at = TimeOf(X509_get0_notAfter(leaf));
  if (!expires_at || *expires_at <= now) {
    return Problem(
        "certificate_file", tls.certificate_file(),
        absl::StrCat("has expired",
                     expires_at ? absl::StrCat(" at ", absl::FormatTime(*expires_at, absl::UTCTimeZone())) : "",
                     "; give one that is valid"));
  }
  const std::optional<absl::Time> begins_at = TimeOf(X509_get0_notBefore(leaf));
  if (begins_at && *begins_at > now + kClockSlack) {
    return Problem("certificate_file", tls.certificate_file(),
                   absl::StrCat("is not valid before ", absl::FormatTime(*begins_at, absl::UTCTimeZone()),
                                "; give one that is valid"));
  }
  if (const std::string refused = RefusedBecause(certificate_chain, key.get()); !refused.empty()) {
    return Problem("certificate_file", tls.certificate_file(),
                   absl::StrCat("cannot be served with: ", refused,
                                "; give certificates with longer keys and newer signatures, such as RSA 2048 or EC "
                                "P-256 with SHA-256"));
  }
  certificates.expires_at = *expires_at;
  std::string identity;
  identity.reserve(key_pem.Reveal().size() + 1 + chain->size());  // a copy that moved would not be wiped
  identity.append(key_pem.Reveal()).append("\n").append(*chain);
  certificates.identity = core::Secret(std::move(identity));
  return certificates;
}

}  // namespace taskgateway::server

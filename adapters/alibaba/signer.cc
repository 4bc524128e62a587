#include "adapters/alibaba/signer.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "adapters/alibaba/timestamps.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::string_view kAlgorithm = "ACS3-HMAC-SHA256";
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::size_t kDigestBytes = 32;

using Digest = std::array<unsigned char, kDigestBytes>;

std::string Hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * kDigestBytes, '0');
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

// An OpenSSL without SHA-256 cannot run the gateway at all.
void Expect(bool ok) {
  if (!ok) std::abort();
}

Digest Sha256(std::string_view bytes) {
  // Fetched once, like the context below: OpenSSL 3 otherwise looks an algorithm up at each call, which takes longer
  // than the hashing.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest;
  Expect(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kSha256, nullptr) == 1);
  return digest;
}

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

// A context that knows its hash and has no key yet, to be duplicated.
EVP_MAC_CTX* NewHmacSha256() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);  // the context has a reference of its own
  char hash[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                   OSSL_PARAM_construct_end()};
  Expect(context != nullptr && EVP_MAC_CTX_set_params(context, parameters) == 1);
  return context;
}

Digest HmacSha256(std::string_view key, std::string_view bytes) {
  static const EVP_MAC_CTX* const kTemplate = NewHmacSha256();
  const MacContext context(EVP_MAC_CTX_dup(kTemplate));
  // A null key would mean "as before"; an empty one has to be a pointer all the same.
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  Digest digest;
  std::size_t size = 0;
  Expect(context != nullptr && EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) == 1 &&
         EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1 &&
         EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1 && size == digest.size());
  return digest;
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) { return bytes.empty() ? std::string(kEmptyHash) : Hex(Sha256(bytes)); }

std::string StringToSign(std::string_view canonical_request) {
  return std::string(kAlgorithm).append("\n").append(Sha256Hex(canonical_request));
}

std::string Authorization(std::string_view string_to_sign, std::string_view signed_headers,
                          const core::Credentials& credentials) {
  std::string value;
  value.reserve(320);
  value.append(kAlgorithm).append(" Credential=").append(credentials.access_key_id);
  value.append(",SignedHeaders=").append(signed_headers);
  value.append(",Signature=").append(Hex(HmacSha256(credentials.access_key_secret.Reveal(), string_to_sign)));
  return value;
}

void Sign(core::HttpRequest& request, const core::Credentials& credentials, const SigningContext& context) {
  core::HttpHeaders& headers = request.headers;
  headers.reserve(headers.size() + 5);
  headers.push_back({"x-acs-date", FormatTimestamp(context.time)});
  headers.push_back({"x-acs-signature-nonce", std::string(context.nonce)});
  headers.push_back({"x-acs-content-sha256", Sha256Hex(request.body)});
  if (!credentials.security_token.empty()) {
    headers.push_back({"x-acs-security-token", std::string(credentials.security_token.Reveal())});
  }
  const std::string signed_headers = SignedHeaders(request);
  const std::string to_sign = StringToSign(CanonicalRequest(request, signed_headers));
  headers.push_back({"authorization", Authorization(to_sign, signed_headers, credentials)});
}

}  // namespace taskgateway::alibaba

#include "adapters/alibaba/signer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "adapters/alibaba/timestamps.h"
#include "adapters/core/hex.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::string_view kAlgorithm = "ACS3-HMAC-SHA256";
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::size_t kDigestBytes = 32;

using Digest = std::array<unsigned char, kDigestBytes>;

// An OpenSSL without SHA-256 cannot run the gateway at all.
void Expect(bool ok) {
  if (!ok) std::abort();
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// The algorithm is fetched once, and each thread has a context: OpenSSL 3 otherwise looks it up and allocates at each
// call, which takes longer than the hashing.
Digest Sha256(std::string_view begin, std::string_view rest = {}) {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Digest digest;
  Expect(EVP_DigestInit_ex2(context.get(), kSha256, nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), begin.data(), begin.size()) == 1 &&
         EVP_DigestUpdate(context.get(), rest.data(), rest.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::string_view ViewOf(const auto& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// HMAC, RFC 2104. OpenSSL's EVP_MAC copies its contexts for each message, in a dozen allocations, keeps the key in the
// heap, and takes twice as long.
Digest HmacSha256(std::string_view key, std::string_view bytes) {
  constexpr unsigned char kInner = 0x36;
  constexpr unsigned char kOuter = 0x5c;
  std::array<unsigned char, 64> pad{};  // a block of the hash
  if (key.size() > pad.size()) {
    Digest hashed = Sha256(key);
    std::ranges::copy(hashed, pad.begin());
    OPENSSL_cleanse(hashed.data(), hashed.size());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  for (unsigned char& byte : pad) byte ^= kInner;
  const Digest inner = Sha256(ViewOf(pad), bytes);
  for (unsigned char& byte : pad) byte ^= kInner ^ kOuter;
  const Digest digest = Sha256(ViewOf(pad), ViewOf(inner));
  OPENSSL_cleanse(pad.data(), pad.size());
  return digest;
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  if (bytes.empty()) return std::string(kEmptyHash);
  std::string text;
  core::AppendHex(Sha256(bytes), &text);
  return text;
}

std::string StringToSign(std::string_view canonical_request) {
  std::string text;
  text.reserve(kAlgorithm.size() + 1 + 2 * kDigestBytes);
  text.append(kAlgorithm).push_back('\n');
  core::AppendHex(Sha256(canonical_request), &text);
  return text;
}

std::string Authorization(std::string_view string_to_sign, std::string_view signed_headers,
                          const core::Credentials& credentials) {
  std::string value;
  value.reserve(320);
  value.append(kAlgorithm).append(" Credential=").append(credentials.access_key_id);
  value.append(",SignedHeaders=").append(signed_headers);
  value.append(",Signature=");
  core::AppendHex(HmacSha256(credentials.access_key_secret.Reveal(), string_to_sign), &value);
  return value;
}

void Sign(core::HttpRequest& request, const core::Credentials& credentials, const SigningContext& context) {
  core::HttpHeaders& headers = request.headers;
  headers.reserve(headers.size() + 5);
  headers.push_back({"x-acs-date", FormatTimestamp(context.time)});
  headers.push_back({"x-acs-signature-nonce", std::string(context.nonce)});
  headers.push_back({"x-acs-content-sha256", Sha256Hex(request.body)});
  const std::string_view body_hash = headers.back().value;  // stays where it is: there is room for the rest
  if (!credentials.security_token.empty()) {
    headers.push_back({"x-acs-security-token", std::string(credentials.security_token.Reveal())});
  }
  const std::string signed_headers = SignedHeaders(request);
  const std::string to_sign = StringToSign(CanonicalRequest(request, signed_headers, body_hash));
  headers.push_back({"authorization", Authorization(to_sign, signed_headers, credentials)});
}

}  // namespace taskgateway::alibaba

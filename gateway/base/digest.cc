#include "gateway/base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace taskgateway::base {

std::string Digest128(std::string_view bytes) {
  // Fetched once: OpenSSL 3 otherwise looks the algorithm up at each call, which costs more than hashing a small text.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, kSha256, nullptr) != 1) std::abort();
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (int i = 0; i < 16; ++i) {
    text.push_back(kDigits[digest[i] >> 4]);
    text.push_back(kDigits[digest[i] & 15]);
  }
  return text;
}

}  // namespace taskgateway::base

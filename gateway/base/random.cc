#include "gateway/base/random.h"

#include <array>

#include "adapters/core/hex.h"

namespace taskgateway::base {

Random Random::FromDevice() {
  std::random_device device;
  return Random((std::uint64_t{device()} << 32) | device());
}

std::string Random::Nonce() {
  std::array<unsigned char, 16> bytes;
  for (std::size_t half = 0; half < 2; ++half) {
    const std::uint64_t bits = Next();
    for (std::size_t i = 0; i < 8; ++i) bytes[8 * half + i] = static_cast<unsigned char>(bits >> (8 * i));
  }
  std::string nonce;
  core::AppendHex(bytes, &nonce);
  return nonce;
}

}  // namespace taskgateway::base

#include "gateway/base/random.h"

namespace taskgateway::base {

Random Random::FromDevice() {
  std::random_device device;
  return Random((std::uint64_t{device()} << 32) | device());
}

std::string Random::Nonce() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string nonce(32, '0');
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t bits = Next();
    for (std::size_t i = 0; i < 16; ++i, bits >>= 4) nonce[half * 16 + i] = kDigits[bits & 15];
  }
  return nonce;
}

}  // namespace taskgateway::base

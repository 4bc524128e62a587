#include "gateway/base/random.h"

#include <set>

#include "gateway/base/digest.h"
#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

TEST(RandomTest, TheSameSeedGivesTheSameNumbersOnEveryPlatform) {
  Random random(5489);
  // The C++ standard fixes the 10,000th value of a default-seeded mt19937_64.
  std::uint64_t value = 0;
  for (int i = 0; i < 10'000; ++i) value = random.Next();
  EXPECT_EQ(value, 9981545732273789042u);
}

TEST(RandomTest, UnitLiesInTheHalfOpenUnitInterval) {
  Random random(7);
  double least = 1;
  double greatest = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double unit = random.Unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    least = std::min(least, unit);
    greatest = std::max(greatest, unit);
  }
  EXPECT_LT(least, 0.001);
  EXPECT_GT(greatest, 0.999);
}

TEST(RandomTest, NoncesAre32HexadecimalDigitsAndDiffer) {
  Random random(7);
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    const std::string nonce = random.Nonce();
    EXPECT_EQ(nonce.size(), 32u);
    EXPECT_EQ(nonce.find_first_not_of("0123456789abcdef"), std::string::npos);
    nonces.insert(nonce);
  }
  EXPECT_EQ(nonces.size(), 1000u);
}

TEST(DigestTest, IsTheFrontHalfOfSha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(Digest128("abc"), "ba7816bf8f01cfea414140de5dae2223");
  EXPECT_EQ(Digest128(""), "e3b0c44298fc1c149afbf4c8996fb924");
}

}  // namespace
}  // namespace taskgateway::base

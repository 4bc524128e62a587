#include "tools/simulator/nonce_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace taskgateway::simulator {
namespace {

TEST(NonceMemory, ANonceCountsOncePerAccessKey) {
  NonceMemory nonces;
  EXPECT_TRUE(nonces.Use("a", "1", absl::ZeroDuration()));
  EXPECT_FALSE(nonces.Use("a", "1", absl::ZeroDuration()));
  EXPECT_TRUE(nonces.Use("b", "1", absl::ZeroDuration()));
  EXPECT_TRUE(nonces.Use("a", "2", absl::ZeroDuration()));
}

TEST(NonceMemory, IsKeptAsLongAsADateCanBeGood) {
  NonceMemory nonces;
  EXPECT_TRUE(nonces.Use("a", "1", absl::ZeroDuration()));
  for (int minute = 0; minute < 30; ++minute) {
    EXPECT_TRUE(nonces.Use("a", "other" + std::to_string(minute), absl::Minutes(minute)));
  }
  EXPECT_FALSE(nonces.Use("a", "1", kNonceLifetime));
  EXPECT_TRUE(nonces.Use("a", "1", kNonceLifetime + absl::Minutes(1)));
}

TEST(NonceMemory, IsBounded) {
  NonceMemory nonces(310);
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(nonces.Use("a", std::to_string(i), absl::ZeroDuration()));
  EXPECT_FALSE(nonces.Use("a", "9999", absl::ZeroDuration()));
  EXPECT_TRUE(nonces.Use("a", "0", absl::ZeroDuration())) << "the oldest are forgotten";
}

}  // namespace
}  // namespace taskgateway::simulator

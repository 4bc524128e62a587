#include "gateway/server/readiness.h"

#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

TEST(ReadinessTest, ItIsReadyOnceItHasStartedAndEveryAccountHasHadKeysUntilItDrains) {
  Readiness readiness;
  readiness.AwaitKeys(2);
  EXPECT_FALSE(readiness.ready());
  readiness.HasKeys();
  readiness.SetStarted();
  EXPECT_FALSE(readiness.ready());
  EXPECT_EQ(readiness.Json(), "{\"ready\":false,\"started\":true,\"draining\":false,\"listening\":true,\"accounts_without_keys\":1}\n");
  readiness.HasKeys();
  EXPECT_TRUE(readiness.ready());
  readiness.SetDraining();
  EXPECT_FALSE(readiness.ready());
  EXPECT_TRUE(readiness.draining());
}

TEST(ReadinessTest, WithoutAListenerItIsReadyNoMore) {
  Readiness readiness;
  readiness.SetStarted();
  EXPECT_TRUE(readiness.ready());
  readiness.SetListenerLost();
  EXPECT_FALSE(readiness.ready());
}

}  // namespace
}  // namespace taskgateway::server

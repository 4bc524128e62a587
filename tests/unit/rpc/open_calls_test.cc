#include "gateway/rpc/open_calls.h"

#include "gtest/gtest.h"

namespace taskgateway::rpc {
namespace {

class Call final : public OpenCalls::Call {
 public:
  explicit Call(OpenCalls& calls, bool leaves = false) : calls_(calls), leaves_(leaves) {}
  void Drain() override {
    ++drained;
    if (leaves_) calls_.Remove(*this);
  }
  void Stop() override { ++stopped; }

  int drained = 0;
  int stopped = 0;

 private:
  OpenCalls& calls_;
  const bool leaves_;
};

TEST(OpenCallsTest, EveryCallThatIsOpenIsToldOnce) {
  OpenCalls calls;
  Call first(calls, true);
  Call second(calls);
  Call gone(calls);
  calls.Add(first);
  calls.Add(second);
  calls.Add(gone);
  calls.Remove(gone);
  calls.Remove(gone);
  calls.Drain();
  EXPECT_EQ(first.drained, 1);
  EXPECT_EQ(second.drained, 1);
  EXPECT_EQ(gone.drained, 0);
}

TEST(OpenCallsTest, WhoComesDuringADrainIsServed) {
  OpenCalls calls;
  calls.Drain();
  Call late(calls);
  calls.Add(late);
  EXPECT_EQ(late.drained, 0);
}

TEST(OpenCallsTest, WhoComesDuringAStopIsStoppedAtOnce) {
  OpenCalls calls;
  Call open(calls);
  calls.Add(open);
  calls.Stop();
  EXPECT_EQ(open.stopped, 1);
  Call late(calls);
  calls.Add(late);
  EXPECT_EQ(late.stopped, 1);
}

}  // namespace
}  // namespace taskgateway::rpc

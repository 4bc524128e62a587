#include "gateway/tasks/fan_out.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::tasks {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class CountingReceiver final : public Receiver {
 public:
  CountingReceiver(std::size_t lane, std::vector<std::size_t>& order) : lane_(lane), order_(order) {}
  void Deliver() override { order_.push_back(lane_); }
  std::size_t lane() const override { return lane_; }

 private:
  const std::size_t lane_;
  std::vector<std::size_t>& order_;
};

class FanOutTest : public testing::Test {
 protected:
  void Add(std::size_t lane) { fan_out_.Add(std::make_shared<CountingReceiver>(lane, told_)); }

  support::VirtualTime time_;
  support::HeldExecutor executor_;
  FanOut fan_out_{time_.loop, executor_};
  std::vector<std::size_t> told_;  // lanes, in the order of delivery
};

TEST_F(FanOutTest, AFewAreToldByTheLoopInTheirOrderAndAfterTheRound) {
  for (const std::size_t lane : {3u, 1u, 2u}) Add(lane);
  EXPECT_THAT(told_, SizeIs(0));
  time_.Settle();
  EXPECT_THAT(told_, ElementsAre(3, 1, 2));
  EXPECT_THAT(executor_.held, SizeIs(0));
}

TEST_F(FanOutTest, ManyAreToldElsewhereAndEachLaneByOneThread) {
  for (std::size_t i = 0; i < 1000; ++i) Add(i % 4);
  time_.Settle();
  EXPECT_THAT(told_, SizeIs(0));
  ASSERT_THAT(executor_.held, SizeIs(4));
  for (std::size_t range = 0; range < 4; ++range) {
    told_.clear();
    executor_.held[range]();
    EXPECT_THAT(told_, SizeIs(250));
    EXPECT_THAT(told_, Each(told_.front()));
  }
}

TEST_F(FanOutTest, WhoIsAddedWhileOthersAreToldIsToldInTheNextRound) {
  class Adding final : public Receiver {
   public:
    explicit Adding(std::function<void()> add) : add_(std::move(add)) {}
    void Deliver() override { add_(); }
    std::size_t lane() const override { return 0; }

   private:
    const std::function<void()> add_;
  };
  fan_out_.Add(std::make_shared<Adding>([this] { Add(7); }));
  time_.Settle();
  EXPECT_THAT(told_, ElementsAre(7));
}

}  // namespace
}  // namespace taskgateway::tasks

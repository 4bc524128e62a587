#include "gateway/base/event_loop.h"

#include <atomic>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

using testing::ElementsAre;

class SteppedClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch() + now_; }
  absl::Duration Uptime() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Duration now_ = absl::Seconds(100);
};

// Notes what it was asked for and passes that much time.
class SteppedWaiter final : public Waiter {
 public:
  explicit SteppedWaiter(SteppedClock& clock) : clock_(clock) {}
  void Wait(absl::Duration timeout) override {
    waits.push_back(timeout);
    if (timeout != absl::InfiniteDuration()) clock_.Advance(timeout);
    if (input) input();
  }
  void Wake() override { ++wakes; }

  std::function<void()> input;  // what a Wait handles
  std::vector<absl::Duration> waits;
  int wakes = 0;

 private:
  SteppedClock& clock_;
};

class EventLoopTest : public testing::Test {
 protected:
  SteppedClock clock_;
  SteppedWaiter waiter_{clock_};
  EventLoop loop_{clock_, waiter_};
  std::vector<std::string> ran_;

  EventLoop::Task Note(std::string what) {
    return [this, what] { ran_.push_back(what); };
  }
};

TEST_F(EventLoopTest, PostedTasksRunInOrderWithoutWaiting) {
  loop_.Post(Note("a"));
  loop_.Post(Note("b"));
  loop_.RunOnce(absl::Seconds(5));
  EXPECT_THAT(ran_, ElementsAre("a", "b"));
  EXPECT_THAT(waiter_.waits, ElementsAre(absl::ZeroDuration()));
}

TEST_F(EventLoopTest, ATaskPostedByATaskRunsInTheNextRound) {
  loop_.Post([this] { loop_.Post(Note("second")); });
  loop_.RunOnce(absl::ZeroDuration());
  EXPECT_TRUE(ran_.empty());
  loop_.RunOnce(absl::ZeroDuration());
  EXPECT_THAT(ran_, ElementsAre("second"));
}

TEST_F(EventLoopTest, WhatIsDeferredRunsBehindTheRestOfItsStageAndWhatThatDefersBehindIt) {
  loop_.Post([this] {
    loop_.Defer([this] {
      ran_.push_back("first deferred");
      loop_.Defer(Note("deferred by it"));
    });
    loop_.Defer(Note("second deferred"));
    ran_.push_back("posted");
  });
  loop_.Post(Note("posted too"));
  loop_.Schedule(absl::ZeroDuration(), Note("due"));
  loop_.RunOnce(absl::Seconds(5));
  EXPECT_THAT(ran_, ElementsAre("posted", "posted too", "first deferred", "second deferred", "deferred by it", "due"));
  ran_.clear();
  loop_.RunOnce(absl::ZeroDuration());
  EXPECT_TRUE(ran_.empty()) << "once";
}

TEST_F(EventLoopTest, WhatInputDefersRunsBeforeWhatIsPostedAndWhatIsDue) {
  loop_.Post(Note("posted"));
  loop_.Schedule(absl::ZeroDuration(), Note("due"));
  waiter_.input = [this] { loop_.Defer(Note("deferred by input")); };
  loop_.RunOnce(absl::Seconds(5));
  EXPECT_THAT(ran_, ElementsAre("deferred by input", "posted", "due"));
}

TEST_F(EventLoopTest, NowIsReadOnceForTasksInARowAndIsTheClockOutsideOfThem) {
  const absl::Duration begin = clock_.Uptime();
  std::vector<absl::Duration> seen;
  const auto look = [&] {
    clock_.Advance(absl::Seconds(1));
    seen.push_back(loop_.Now() - begin);
  };
  waiter_.input = [&] {
    look();
    for (int i = 0; i < 2; ++i) loop_.Defer(look);
  };
  for (int i = 0; i < 2; ++i) loop_.Post(look);
  loop_.Post([&] {
    for (int i = 0; i < 2; ++i) loop_.Defer(look);
  });
  for (int i = 0; i < 2; ++i) loop_.Schedule(absl::Seconds(1), look);
  loop_.RunOnce(absl::ZeroDuration());
  const auto seconds = [](int count) { return absl::Seconds(count); };
  EXPECT_THAT(seen, ElementsAre(seconds(1),                // input has the clock to itself
                                seconds(1), seconds(1),    // deferred by it
                                seconds(3), seconds(3),    // posted
                                seconds(5), seconds(5),    // deferred by them
                                seconds(7), seconds(7)));  // due
  EXPECT_EQ(loop_.Now(), clock_.Uptime());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(loop_.Now(), clock_.Uptime());
}

TEST_F(EventLoopTest, TheLoopDoesNotWaitWithSomethingDeferred) {
  loop_.Defer(Note("between rounds"));
  loop_.RunOnce(absl::Seconds(5));
  EXPECT_THAT(ran_, ElementsAre("between rounds"));
  EXPECT_THAT(waiter_.waits, ElementsAre(absl::ZeroDuration()));
}

TEST_F(EventLoopTest, TimersRunWhenDueEarliestFirstAndInOrderOfSchedulingWhenDueTogether) {
  loop_.Schedule(absl::Seconds(2), Note("late"));
  loop_.Schedule(absl::Seconds(1), Note("early 1"));
  loop_.Schedule(absl::Seconds(1), Note("early 2"));
  loop_.RunOnce(absl::Seconds(10));
  EXPECT_THAT(ran_, ElementsAre("early 1", "early 2"));
  loop_.RunOnce(absl::Seconds(10));
  EXPECT_THAT(ran_, ElementsAre("early 1", "early 2", "late"));
  EXPECT_THAT(waiter_.waits, ElementsAre(absl::Seconds(1), absl::Seconds(1)));
}

TEST_F(EventLoopTest, ATimerThatIsDueAtOnceRunsAfterScheduleReturnedAndCannotStarveTheLoop) {
  std::function<void()> again = [&] {
    ran_.push_back("again");
    loop_.Schedule(absl::ZeroDuration(), again);
  };
  loop_.Schedule(absl::Seconds(-1), again);
  EXPECT_TRUE(ran_.empty());
  loop_.RunOnce(absl::ZeroDuration());
  EXPECT_THAT(ran_, ElementsAre("again"));
}

TEST_F(EventLoopTest, ACancelledTimerNeverRuns) {
  const EventLoop::TimerId second = loop_.Schedule(absl::Seconds(1), Note("second"));
  loop_.Schedule(absl::ZeroDuration(), [&, second] { loop_.Cancel(second); });
  loop_.RunOnce(absl::ZeroDuration());
  loop_.RunOnce(absl::Seconds(5));
  EXPECT_TRUE(ran_.empty());
  loop_.Cancel(second);
  loop_.Cancel(EventLoop::kNoTimer);
}

TEST_F(EventLoopTest, OnlyTheFirstPostAfterIdlingWakes) {
  loop_.Post(Note("before any wait"));
  EXPECT_EQ(waiter_.wakes, 0) << "the loop was not asleep";
  loop_.RunOnce(absl::ZeroDuration());

  CondVarWaiter sleeping;
  SystemClock system;
  EventLoop loop(system, sleeping);
  std::atomic<int> ran = 0;
  std::thread thread([&] { loop.Run(); });
  for (int i = 0; i < 1000; ++i) loop.Post([&] { ++ran; });
  loop.Post([&] { loop.Stop(); });
  thread.join();
  EXPECT_EQ(ran, 1000) << "no post may be lost between idling and waking";
}

TEST_F(EventLoopTest, StopFromAnotherThreadEndsASleepingLoop) {
  CondVarWaiter sleeping;
  SystemClock system;
  EventLoop loop(system, sleeping);
  std::thread thread([&] { loop.Run(); });
  loop.Stop();
  thread.join();
}

}  // namespace
}  // namespace taskgateway::base

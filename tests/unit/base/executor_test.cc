#include "gateway/base/executor.h"

#include <future>
#include <memory>
#include <set>
#include <thread>

#include "gtest/gtest.h"

namespace taskgateway::base {
namespace {

TEST(ThreadPoolTest, RunsEveryPieceOfWorkOnItsOwnThreads) {
  ThreadPool pool(2);
  std::vector<std::promise<std::thread::id>> ran(50);
  for (auto& promise : ran) {
    pool.Run([&promise] { promise.set_value(std::this_thread::get_id()); });
  }
  std::set<std::thread::id> threads;
  for (auto& promise : ran) threads.insert(promise.get_future().get());
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
  EXPECT_LE(threads.size(), 2u);
}

TEST(ThreadPoolTest, TheDestructorFinishesWhatHasBegunAndDropsTheRest) {
  std::promise<void> begun;
  std::promise<void> stopping;
  bool finished = false;
  bool dropped_ran = false;
  // Destroyed by the pool when it drops the work, which happens before it waits for what has begun.
  struct Dropped {
    std::promise<void>* stopping;
    ~Dropped() { stopping->set_value(); }
  };
  {
    ThreadPool pool(1);
    pool.Run([&] {
      begun.set_value();
      stopping.get_future().wait();
      finished = true;
    });
    begun.get_future().wait();
    pool.Run([&, dropped = std::make_shared<Dropped>(&stopping)] { dropped_ran = true; });
  }
  EXPECT_TRUE(finished);
  EXPECT_FALSE(dropped_ran);
}

TEST(InlineExecutorTest, RunsBeforeItReturns) {
  InlineExecutor executor;
  bool ran = false;
  executor.Run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace taskgateway::base

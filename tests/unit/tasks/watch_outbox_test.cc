// What one watcher is told, from many threads. What it is told when is in task_watch_test.cc.
#include "gateway/tasks/watch_outbox.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace taskgateway::tasks {
namespace {

using Step = WatchOutbox::Step;

SharedUpdate Update(int number, v1::Task::State state = v1::Task::RUNNING) {
  v1::Task task;
  task.set_name("sources/s/tasks/t");
  task.set_etag("etag " + std::to_string(number));
  task.set_state(state);
  task.set_done(state == v1::Task::SUCCEEDED);
  return std::make_shared<const TaskUpdate>(std::make_shared<const Reading>(task, TaskLog(), std::nullopt));
}

std::vector<WatchOutbox::Target> OneTarget() { return {{.requested_name = "sources/s/tasks/t"}}; }

v1::WatchTasksResponse Parsed(const Step& step) {
  v1::WatchTasksResponse event;
  EXPECT_TRUE(event.ParseFromString(*step.shared + step.own));
  return event;
}

TEST(WatchOutboxTest, OneMessageIsUnderWayAtATime) {
  WatchOutbox outbox(OneTarget());
  EXPECT_EQ(outbox.Take().kind, Step::kNothing);
  outbox.PutUpdate(0, Update(1));
  outbox.PutHeartbeat(absl::UnixEpoch());
  EXPECT_EQ(outbox.Take().kind, Step::kWrite);
  EXPECT_EQ(outbox.Take().kind, Step::kNothing) << "the first is not written yet";
  outbox.Written();
  EXPECT_TRUE(Parsed(outbox.Take()).has_heartbeat());
  outbox.Written();
  EXPECT_EQ(outbox.Take().kind, Step::kNothing);
}

TEST(WatchOutboxTest, TheStreamIsFinishedOnceAndBehindItsLastMessage) {
  WatchOutbox outbox(OneTarget());
  outbox.PutUpdate(0, Update(1, v1::Task::SUCCEEDED));
  EXPECT_TRUE(Parsed(outbox.Take()).has_snapshot());
  outbox.Written();
  EXPECT_TRUE(Parsed(outbox.Take()).has_closing());
  EXPECT_EQ(outbox.Take().kind, Step::kNothing);
  outbox.Written();
  EXPECT_EQ(outbox.Take().kind, Step::kFinish);
  EXPECT_EQ(outbox.Take().kind, Step::kNothing);
}

TEST(WatchOutboxTest, AWatcherWhoIsGoneIsFinishedAsSoonAsNothingIsUnderWay) {
  WatchOutbox outbox(OneTarget());
  outbox.PutUpdate(0, Update(1));
  EXPECT_EQ(outbox.Take().kind, Step::kWrite);
  outbox.PutUpdate(0, Update(2));
  outbox.Cancel();
  EXPECT_EQ(outbox.Take().kind, Step::kNothing);
  outbox.Written();
  EXPECT_EQ(outbox.Take().kind, Step::kFinish);
}

TEST(WatchOutboxTest, TheFirstReasonToCloseCounts) {
  WatchOutbox outbox(OneTarget());
  outbox.Close(v1::WatchClosing::SOURCE_REMOVED);
  outbox.Close(v1::WatchClosing::DRAINING);
  EXPECT_EQ(Parsed(outbox.Take()).closing().reason(), v1::WatchClosing::SOURCE_REMOVED);
}

// One thread puts, three take whenever they like: messages never overlap, are in order, and the end is told.
TEST(WatchOutboxTest, MessagesNeverOverlapAndTheEndIsNeverLost) {
  for (int round = 0; round < 20; ++round) {
    WatchOutbox outbox(OneTarget());
    std::atomic<int> under_way = 0;
    std::atomic<bool> finished = false;
    int last = 0;  // of whoever writes
    bool ended = false;
    const auto take = [&] {
      while (!finished) {
        const Step step = outbox.Take();
        if (step.kind == Step::kFinish) finished = true;
        if (step.kind != Step::kWrite) continue;
        EXPECT_EQ(under_way.fetch_add(1), 0);
        const v1::WatchTasksResponse event = Parsed(step);
        if (!event.has_closing()) {
          const v1::Task& task = event.has_snapshot() ? event.snapshot().task() : event.changed().task();
          const int number = std::stoi(task.etag().substr(5));
          EXPECT_GT(number, last);
          last = number;
          ended = task.done();
        }
        under_way.fetch_sub(1);
        outbox.Written();
      }
    };
    std::vector<std::thread> takers;
    for (int i = 0; i < 3; ++i) takers.emplace_back(take);
    for (int i = 1; i < 500; ++i) outbox.PutUpdate(0, Update(i));
    outbox.PutUpdate(0, Update(500, v1::Task::SUCCEEDED));
    for (std::thread& taker : takers) taker.join();
    EXPECT_TRUE(ended);
  }
}

// Threads that need the same event at once make it once.
TEST(TaskUpdateTest, AnEventIsSerializedOnce) {
  const SharedUpdate update = Update(1);
  std::vector<SharedBytes> bytes(4);
  std::vector<std::thread> threads;
  for (SharedBytes& mine : bytes) threads.emplace_back([&] { mine = update->Changed(v1::Task::PENDING); });
  for (std::thread& thread : threads) thread.join();
  for (const SharedBytes& mine : bytes) EXPECT_EQ(mine, bytes[0]);
  EXPECT_NE(update->Changed(v1::Task::UNKNOWN), bytes[0]);
}

}  // namespace
}  // namespace taskgateway::tasks

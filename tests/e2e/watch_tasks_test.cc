// Watching tasks, over real sockets. Times and schedules are tested on virtual time (tests/unit/tasks).
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;
using testing::ElementsAre;

class WatchTasksTest : public GatewayTest {
 protected:
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchTasksResponse>> reader;
    v1::WatchTasksResponse event;

    bool Next() { return reader->Read(&event); }
    grpc::Status End() {
      while (Next()) {
      }
      return reader->Finish();
    }
  };

  std::unique_ptr<Stream> Watch(const v1::WatchTasksRequest& request) {
    auto stream = std::make_unique<Stream>();
    stream->context.set_deadline(absl::ToChronoTime(base::SystemClock().Now() + absl::Seconds(60)));
    stream->reader = stub().WatchTasks(&stream->context, request);
    return stream;
  }
  std::unique_ptr<Stream> Watch(const std::vector<std::string>& names, const std::string& token = "") {
    v1::WatchTasksRequest request;
    for (const std::string& name : names) {
      v1::WatchTarget& target = *request.add_targets();
      target.set_name(name);
      target.set_resume_token(token);
    }
    return Watch(request);
  }
  // The states that a stream tells of until it ends.
  static std::vector<v1::Task::State> StatesOf(Stream& stream) {
    std::vector<v1::Task::State> states;
    while (stream.Next()) {
      if (stream.event.has_snapshot()) states.push_back(stream.event.snapshot().task().state());
      if (stream.event.has_changed()) states.push_back(stream.event.changed().task().state());
    }
    return states;
  }
};

TEST_F(WatchTasksTest, TasksOfSeveralSourcesAreWatchedToTheirEnds) {
  StartGateway();
  Play(R"(
tasks:
- {api: cloud_control, id: c, steps: [{status: Running}, {at_request: 2, status: Succeeded}]}
- {api: service_catalog, id: s, steps: [{status: InProgress}, {at_request: 2, status: Failed}]}
)");
  auto stream = Watch({"sources/cc/tasks/c", "sources/sc/tasks/s", "sources/cc/tasks/c"});
  std::vector<std::string> told;
  v1::WatchTasksResponse last;
  while (stream->Next()) {
    last = stream->event;
    if (last.has_snapshot()) told.push_back(last.name() + " " + last.snapshot().task().source_status());
    if (last.has_changed()) told.push_back(last.name() + " " + last.changed().task().source_status());
  }
  EXPECT_TRUE(stream->reader->Finish().ok());
  EXPECT_THAT(told, testing::UnorderedElementsAre("sources/cc/tasks/c Running", "sources/sc/tasks/s InProgress",
                                                  "sources/cc/tasks/c Succeeded", "sources/sc/tasks/s Failed"));
  EXPECT_EQ(last.closing().reason(), v1::WatchClosing::ALL_DONE);
  EXPECT_EQ(Reads(Api::kCloudControl), 2u);
}

TEST_F(WatchTasksTest, ManyWatchersAreOneScheduleAndEachGetsTheEnd) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}, {at_request: 3, status: Succeeded}]}]");
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 200; ++i) streams.push_back(Watch({"sources/cc/tasks/t"}));
  for (auto& stream : streams) {
    const std::vector<v1::Task::State> states = StatesOf(*stream);
    ASSERT_FALSE(states.empty());
    EXPECT_EQ(states.back(), v1::Task::SUCCEEDED);
    EXPECT_TRUE(stream->reader->Finish().ok());
  }
  EXPECT_LE(Reads(Api::kCloudControl), 4u);
}

TEST_F(WatchTasksTest, AStreamResumesWhereItWasCut) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}, {at_request: 2, status: Succeeded}]}]");
  auto first = Watch({"sources/-/tasks/t"});
  ASSERT_TRUE(first->Next());
  ASSERT_TRUE(first->event.has_snapshot());
  EXPECT_EQ(first->event.name(), "sources/sc/tasks/t");
  EXPECT_EQ(first->event.requested_name(), "sources/-/tasks/t");
  const std::string token = first->event.resume_token();
  first->context.TryCancel();
  EXPECT_EQ(first->End().error_code(), StatusCode::CANCELLED);
  v1::Task task;
  EXPECT_TRUE(Get(first->event.name(), &task).ok());

  auto second = Watch({"sources/-/tasks/t"}, token);
  ASSERT_TRUE(second->Next());
  EXPECT_TRUE(second->event.snapshot().gap());
  EXPECT_EQ(second->event.snapshot().task().state(), v1::Task::SUCCEEDED);
  EXPECT_EQ(second->event.requested_name(), "sources/-/tasks/t");
  EXPECT_TRUE(second->End().ok());
}

TEST_F(WatchTasksTest, WhatIsWrongWithOneNameIsToldInTheStream) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  auto stream = Watch({"sources/cc/tasks/missing", "sources/nowhere/tasks/t", "sources/cc/tasks/t"});
  int gone = 0;
  while (stream->Next()) {
    if (!stream->event.has_unreachable()) continue;
    ++gone;
    EXPECT_EQ(stream->event.unreachable().status().code(), static_cast<int>(StatusCode::NOT_FOUND));
    EXPECT_FALSE(stream->event.unreachable().will_retry());
  }
  EXPECT_EQ(gone, 2);
  EXPECT_TRUE(stream->reader->Finish().ok());
}

TEST_F(WatchTasksTest, ABadRequestIsRefused) {
  StartGateway();
  const auto refused = [&](const v1::WatchTasksRequest& request) { return Watch(request)->End().error_code(); };
  v1::WatchTasksRequest request;
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT) << "no target";
  request.add_targets()->set_name("nonsense");
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT);
  request.mutable_targets(0)->set_name("sources/cc/tasks/t");
  request.set_view(v1::TASK_VIEW_RAW);
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT);
  request.clear_view();
  request.mutable_heartbeat_interval()->set_seconds(4);
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT);
  request.clear_heartbeat_interval();
  request.mutable_targets(0)->set_resume_token("nonsense");
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT);
  request.clear_targets();
  for (int i = 0; i < 101; ++i) request.add_targets()->set_name("sources/cc/tasks/t" + std::to_string(i));
  EXPECT_EQ(refused(request), StatusCode::INVALID_ARGUMENT);
}

TEST_F(WatchTasksTest, ATokenOfAnotherTaskIsRefused) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  auto stream = Watch({"sources/cc/tasks/t"});
  ASSERT_TRUE(stream->Next());
  const std::string token = stream->event.resume_token();
  EXPECT_TRUE(stream->End().ok());
  EXPECT_EQ(Watch({"sources/cc/tasks/other"}, token)->End().error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(WatchTasksTest, AShutdownClosesTheStream) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  auto stream = Watch({"sources/cc/tasks/t"});
  ASSERT_TRUE(stream->Next());
  std::thread stop([&] { TearDown(); });
  ASSERT_TRUE(stream->Next());
  EXPECT_EQ(stream->event.closing().reason(), v1::WatchClosing::DRAINING);
  EXPECT_TRUE(stream->End().ok());
  stop.join();
}

// Callers come and go in every moment of a stream's life.
TEST_F(WatchTasksTest, CallersMayGoAtAnyMoment) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  for (int i = 0; i < 200; ++i) {
    auto stream = Watch({"sources/cc/tasks/t", "sources/-/tasks/t"});
    if (i % 3 == 0) stream->Next();
    stream->context.TryCancel();
    if (i % 2 == 0) stream->End();
  }
}

}  // namespace
}  // namespace taskgateway::e2e

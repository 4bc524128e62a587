#include "gateway/rpc/read_request.h"

#include <string>

#include "adapters/core/status_catalogue.h"
#include "gtest/gtest.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::rpc {
namespace {

class ReadRequestTest : public testing::Test {
 protected:
  support::FakeUpstream upstream_{{"a", "b"}};
};

TEST_F(ReadRequestTest, NamesTheSourceAndTheTask) {
  v1::GetTaskRequest request;
  request.set_name("sources/b/tasks/t1");
  const auto read = ToRead(request, upstream_.sources);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->source, upstream_.sources.Find("b"));
  EXPECT_EQ(read->task_id, "t1");
  EXPECT_EQ(read->max_staleness, absl::Seconds(1));
  EXPECT_FALSE(read->raw);
}

TEST_F(ReadRequestTest, TheWildcardNamesNoSource) {
  v1::GetTaskRequest request;
  request.set_name("sources/-/tasks/t1");
  EXPECT_EQ(ToRead(request, upstream_.sources)->source, nullptr);
}

TEST_F(ReadRequestTest, AnUnknownSourceIsNotFound) {
  v1::GetTaskRequest request;
  request.set_name("sources/c/tasks/t1");
  EXPECT_EQ(core::ReasonOf(ToRead(request, upstream_.sources).status()), "SOURCE_NOT_FOUND");
}

TEST_F(ReadRequestTest, TheStalenessIsADurationOf0OrMore) {
  v1::GetTaskRequest request;
  request.set_name("sources/a/tasks/t1");
  request.mutable_max_staleness()->set_seconds(5);
  EXPECT_EQ(ToRead(request, upstream_.sources)->max_staleness, absl::Seconds(5));
  request.mutable_max_staleness()->set_seconds(0);
  EXPECT_EQ(ToRead(request, upstream_.sources)->max_staleness, absl::ZeroDuration());
  request.mutable_max_staleness()->set_nanos(1);
  EXPECT_EQ(ToRead(request, upstream_.sources)->max_staleness, absl::Nanoseconds(1));
  for (const int nanos : {-1, 1'000'000'000}) {
    request.mutable_max_staleness()->set_nanos(nanos);
    EXPECT_TRUE(absl::IsInvalidArgument(ToRead(request, upstream_.sources).status())) << nanos;
  }
  request.mutable_max_staleness()->set_nanos(0);
  request.mutable_max_staleness()->set_seconds(-1);
  EXPECT_TRUE(absl::IsInvalidArgument(ToRead(request, upstream_.sources).status()));
}

TEST_F(ReadRequestTest, RawIsForGetTaskAlone) {
  v1::GetTaskRequest get;
  get.set_name("sources/a/tasks/t1");
  get.set_view(v1::TASK_VIEW_RAW);
  EXPECT_TRUE(ToRead(get, upstream_.sources)->raw);
  get.set_view(static_cast<v1::TaskView>(9));
  EXPECT_TRUE(absl::IsInvalidArgument(ToRead(get, upstream_.sources).status()));

  v1::BatchGetTasksRequest batch;
  batch.add_names("sources/a/tasks/t1");
  batch.set_view(v1::TASK_VIEW_RAW);
  EXPECT_TRUE(absl::IsInvalidArgument(ToReads(batch, upstream_.sources).status()));
  batch.set_view(v1::TASK_VIEW_FULL);
  EXPECT_TRUE(ToReads(batch, upstream_.sources).ok());
}

TEST_F(ReadRequestTest, ABatchHas1To100Names) {
  v1::BatchGetTasksRequest batch;
  EXPECT_TRUE(absl::IsInvalidArgument(ToReads(batch, upstream_.sources).status()));
  for (int i = 0; i < 100; ++i) batch.add_names("sources/a/tasks/t" + std::to_string(i));
  EXPECT_EQ(ToReads(batch, upstream_.sources)->size(), 100u);
  batch.add_names("sources/a/tasks/t");
  EXPECT_TRUE(absl::IsInvalidArgument(ToReads(batch, upstream_.sources).status()));
}

TEST_F(ReadRequestTest, ABadNameFailsTheBatchAnUnknownSourceOnlyItsName) {
  v1::BatchGetTasksRequest batch;
  batch.add_names("sources/a/tasks/t1");
  batch.add_names("sources/nowhere/tasks/t1");
  const auto reads = ToReads(batch, upstream_.sources);
  ASSERT_TRUE(reads.ok());
  EXPECT_TRUE((*reads)[0].ok());
  EXPECT_TRUE(absl::IsNotFound((*reads)[1].status()));
  batch.add_names("nonsense");
  EXPECT_TRUE(absl::IsInvalidArgument(ToReads(batch, upstream_.sources).status()));
}

TEST_F(ReadRequestTest, ADeadlineIsCarriedOverToUptime) {
  const base::Clock& clock = upstream_.time.clock;
  EXPECT_EQ(DeadlineOf(std::chrono::system_clock::time_point::max(), clock), absl::InfiniteDuration());
  const auto in_5s = absl::ToChronoTime(clock.Now() + absl::Seconds(5));
  EXPECT_EQ(DeadlineOf(in_5s, clock), clock.Uptime() + absl::Seconds(5));
}

}  // namespace
}  // namespace taskgateway::rpc

#include "gateway/server/source_telemetry.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/upstream/credential_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_adapter.h"

namespace taskgateway::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using upstream::AttemptOutcome;
using upstream::AttemptReport;

class FakeSink final : public base::LogSink {
 public:
  bool Write(std::string_view line) override {
    lines.emplace_back(line);
    return true;
  }

  std::vector<std::string> lines;
};

class SourceTelemetryTest : public testing::Test {
 protected:
  void Attempt(AttemptOutcome outcome, const absl::Status& status = absl::OkStatus(), bool retry = false) {
    telemetry_.OnAttempt(
        {.operation = "GetTask", .outcome = outcome, .status = status, .took = absl::Milliseconds(3), .retry = retry});
  }
  void Unknown(const std::string& word) {
    v1::Task task;
    task.set_name("sources/s/tasks/t");
    task.set_state(v1::Task::UNKNOWN);
    task.set_source_status(word);
    telemetry_.OnFailedOrUnknown(task);
  }

  base::SystemClock clock_;
  FakeSink sink_;
  base::Log log_{clock_, sink_};
  RecentFailures failures_;
  support::FakeAdapter adapter_;
  upstream::FixedCredentials credentials_{core::Credentials{}};
  const tasks::Source source_{
      .name = "s",
      .account = "a",
      .channel = {.adapter = adapter_, .endpoint = {}, .credentials = credentials_, .clock_skew = absl::ZeroDuration()},
      .budgets = {}};
  SourceTelemetry telemetry_{source_, clock_, log_, failures_};
};

TEST_F(SourceTelemetryTest, AttemptsAreCountedByOperationAndOutcome) {
  Attempt(AttemptOutcome::kOk);
  Attempt(AttemptOutcome::kTimeout, absl::UnavailableError("slow"));
  Attempt(AttemptOutcome::kOk, absl::OkStatus(), true);
  Attempt(AttemptOutcome::kAbandoned);
  const SourceTelemetry::OfOperation& get = telemetry_.operations()[0];
  EXPECT_EQ(get.name, "GetTask");
  EXPECT_EQ(get.With(AttemptOutcome::kOk).Value(), 2u);
  EXPECT_EQ(get.With(AttemptOutcome::kTimeout).Value(), 1u);
  EXPECT_EQ(get.With(AttemptOutcome::kAbandoned).Value(), 1u);
  EXPECT_EQ(get.retries.Value(), 1u);
  EXPECT_EQ(get.attempt_time.Value().count(), 3u) << "how long an abandoned one takes is not known";
  EXPECT_THAT(telemetry_.last_trouble().message, HasSubstr("slow"));
}

TEST_F(SourceTelemetryTest, AnOperationThatIsNotTheAdaptersCountsNowhere) {
  telemetry_.OnAttempt({.operation = "NoSuchThing",
                        .outcome = AttemptOutcome::kOk,
                        .status = absl::OkStatus(),
                        .took = absl::ZeroDuration(),
                        .retry = false});
  for (const SourceTelemetry::OfOperation& operation : telemetry_.operations()) {
    EXPECT_EQ(operation.With(AttemptOutcome::kOk).Value(), 0u);
  }
  EXPECT_THAT(telemetry_.operations(), SizeIs(4));
}

TEST_F(SourceTelemetryTest, ThrottlingAndRejectedKeysAreLogged) {
  Attempt(AttemptOutcome::kThrottled, absl::ResourceExhaustedError("too fast"));
  Attempt(AttemptOutcome::kCredentialsRejected, absl::FailedPreconditionError("no such key"));
  ASSERT_THAT(sink_.lines, SizeIs(2));
  EXPECT_THAT(sink_.lines[0], HasSubstr(R"("event":"upstream_throttled","source":"s","operation":"GetTask")"));
  EXPECT_THAT(sink_.lines[1], HasSubstr(R"("severity":"error","event":"upstream_credentials_rejected","source":"s")"));
}

TEST_F(SourceTelemetryTest, TheBreakerIsShownAndLogged) {
  telemetry_.OnBreaker(true, absl::UnavailableError("down"));
  EXPECT_TRUE(telemetry_.breaker_open());
  telemetry_.OnBreaker(false, absl::OkStatus());
  EXPECT_FALSE(telemetry_.breaker_open());
  ASSERT_THAT(sink_.lines, SizeIs(2));
  EXPECT_THAT(sink_.lines[0], HasSubstr(R"("event":"breaker_opened","source":"s","status":"UNAVAILABLE")"));
  EXPECT_THAT(sink_.lines[1], HasSubstr(R"("event":"breaker_closed","source":"s")"));
}

TEST_F(SourceTelemetryTest, AnUnknownStateIsCountedEachTimeAndLoggedOncePerWord) {
  Unknown("Paused");
  Unknown("Paused");
  Unknown("Stuck");
  EXPECT_EQ(telemetry_.unknown_states().Value(), 3u);
  ASSERT_THAT(sink_.lines, SizeIs(2));
  EXPECT_THAT(sink_.lines[0], HasSubstr(R"("event":"unknown_state","source":"s","word":"Paused")"));
  EXPECT_THAT(sink_.lines[1], HasSubstr(R"("word":"Stuck")"));
}

TEST_F(SourceTelemetryTest, WordsWithoutEndAreCountedAndNotRemembered) {
  for (int i = 0; i < 1000; ++i) Unknown(absl::StrCat("word", i));
  EXPECT_EQ(telemetry_.unknown_states().Value(), 1000u);
  EXPECT_THAT(sink_.lines, SizeIs(SourceTelemetry::kMaxWords));
}

TEST_F(SourceTelemetryTest, AFailedTaskIsRememberedOnceWithItsRootCause) {
  v1::Task task;
  task.set_name("sources/s/tasks/t");
  task.set_state(v1::Task::FAILED);
  task.mutable_error()->set_source_code("OperationFailure");
  task.mutable_error()->set_message("{...}");
  task.mutable_error()->set_root_code("QuotaExceeded.Vpc");
  task.mutable_error()->set_root_message("no more networks");
  telemetry_.OnFailedOrUnknown(task);
  telemetry_.OnFailedOrUnknown(task);
  ASSERT_THAT(failures_.All(), SizeIs(1));
  EXPECT_EQ(failures_.All()[0].code, "QuotaExceeded.Vpc");
  EXPECT_EQ(failures_.All()[0].message, "no more networks");
}

TEST(RecentFailuresTest, TheLatestComeFirstAndTheOldestGo) {
  RecentFailures failures;
  EXPECT_THAT(failures.All(), IsEmpty());
  for (int i = 0; i < 60; ++i) {
    v1::Task task;
    task.set_name(absl::StrCat("sources/s/tasks/", i));
    task.mutable_error()->set_source_code("Code");
    task.mutable_error()->set_message(std::string(5000, 'x'));
    failures.Add(task, absl::UnixEpoch());
  }
  ASSERT_THAT(failures.All(), SizeIs(RecentFailures::kMax));
  EXPECT_EQ(failures.All().front().name, "sources/s/tasks/59");
  EXPECT_EQ(failures.All().back().name, "sources/s/tasks/10");
  EXPECT_EQ(failures.All().front().code, "Code");
  EXPECT_THAT(failures.All().front().message, SizeIs(512));
}

}  // namespace
}  // namespace taskgateway::server

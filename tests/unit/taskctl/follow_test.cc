// wait, watch, list and cancel against a gateway that answers from a script.
#include <algorithm>
#include <atomic>
#include <sstream>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/fake_task_service.h"
#include "tools/taskctl/run.h"
#include "yaml-cpp/yaml.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kTask[] = "sources/cc/tasks/t";
constexpr char kAlias[] = "sources/sc/provisionedProducts/pp/tasks/latest";

class FollowTest : public ::testing::Test {
 protected:
  static v1::Task TaskIn(v1::Task::State state, const std::string& name = kTask) {
    v1::Task task;
    task.set_name(name);
    task.set_state(state);
    task.set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED || state == v1::Task::CANCELLED);
    task.set_etag("1-" + v1::Task::State_Name(state));
    return task;
  }
  static FakeTaskService::WaitAnswer Answer(v1::Task::State state, const std::string& name = kTask) {
    FakeTaskService::WaitAnswer answer;
    *answer.response.mutable_task() = TaskIn(state, name);
    return answer;
  }
  static FakeTaskService::WaitAnswer Failure(grpc::StatusCode code, const std::string& reason = "") {
    google::rpc::Status status;
    status.set_code(code);
    status.set_message("it says no");
    google::rpc::ErrorInfo error_info;
    error_info.set_reason(reason);
    if (!reason.empty()) std::ignore = status.add_details()->PackFrom(error_info);
    return {.response = {}, .status = {code, status.message(), status.SerializeAsString()}};
  }
  static v1::WatchTasksResponse Snapshot(v1::Task::State state, const std::string& name = kTask) {
    v1::WatchTasksResponse event;
    event.set_name(name);
    event.set_requested_name(name);
    event.set_resume_token("token of " + v1::Task::State_Name(state));
    *event.mutable_snapshot()->mutable_task() = TaskIn(state, name);
    return event;
  }
  static v1::WatchTasksResponse Closing(v1::WatchClosing::Reason reason) {
    v1::WatchTasksResponse event;
    event.mutable_closing()->set_reason(reason);
    return event;
  }

  // A watch that is cut, refused twice, and goes on to the task's end.
  void GoAndReturnWatching() {
    const FakeTaskService::WatchAnswer gone = {.events = {}, .status = {grpc::StatusCode::UNAVAILABLE, "away"}};
    gateway_.watch_answers = {
        {.events = {Snapshot(v1::Task::RUNNING)}, .status = {}},
        gone,
        gone,
        {.events = {Snapshot(v1::Task::SUCCEEDED), Closing(v1::WatchClosing::ALL_DONE)}, .status = {}}};
    gateway_.on_follow = [this] { seconds_ += 2; };
  }

  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.end(), {"--server", gateway_.address()});
    return taskctl::Run(arguments, {out_, err_, [](const std::string&) { return std::nullopt; },
                                    [this] { return absl::FromUnixSeconds(seconds_); }, surface_,
                                    [this] { return [this] { return interrupted_.load(); }; }});
  }

  FakeTaskService gateway_;
  Surface surface_;
  std::atomic<std::int64_t> seconds_ = 1'767'225'600;  // 2026-01-01T00:00:00Z
  std::atomic<bool> interrupted_ = false;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(FollowTest, WaitTellsEachChangeAndShowsTheTaskAtItsEnd) {
  gateway_.wait_answers = {Answer(v1::Task::PENDING), Answer(v1::Task::RUNNING), Answer(v1::Task::SUCCEEDED)};
  EXPECT_EQ(Run({"wait", "cc/t"}), 0);
  EXPECT_EQ(
      err_.str(),
      "2026-01-01T00:00:00Z cc/t PENDING\n2026-01-01T00:00:00Z cc/t RUNNING\n2026-01-01T00:00:00Z cc/t SUCCEEDED\n");
  EXPECT_THAT(out_.str(), HasSubstr("SUCCEEDED"));
}

TEST_F(FollowTest, WaitFirstAsksHowTheTaskIsAndThenForAnotherEtag) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Answer(v1::Task::SUCCEEDED)};
  Run({"wait", "cc/t"});
  const auto waits = gateway_.waits();
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_EQ(waits[0].timeout().seconds(), 0);
  EXPECT_TRUE(waits[0].has_timeout());
  EXPECT_FALSE(waits[1].has_timeout());
  EXPECT_EQ(waits[1].until_etag_changes_from(), "1-RUNNING");
}

TEST_F(FollowTest, WaitsExitCodeIsTheTasksOutcome) {
  for (const auto& [state, code] : {std::pair{v1::Task::FAILED, 1}, std::pair{v1::Task::CANCELLED, 2}}) {
    gateway_.wait_answers = {Answer(state)};
    EXPECT_EQ(Run({"wait", "cc/t", "-o", "name"}), code);
    EXPECT_EQ(out_.str(), std::string(kTask) + "\n");
  }
}

TEST_F(FollowTest, WaitGoesOnOverTroubleOnceTheGatewayHasAnswered) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Failure(grpc::StatusCode::UNAVAILABLE),
                           Answer(v1::Task::SUCCEEDED)};
  EXPECT_EQ(Run({"wait", "cc/t"}), 0);
  EXPECT_EQ(err_.str(), "2026-01-01T00:00:00Z cc/t RUNNING\n2026-01-01T00:00:00Z cc/t SUCCEEDED\n");
  EXPECT_EQ(gateway_.waits()[2].timeout().seconds(), 0) << "whether the gateway is back is known at once";
  EXPECT_TRUE(gateway_.waits()[2].has_timeout());
}

TEST_F(FollowTest, WaitTellsOfAGatewayThatIsGoneAndOfItsReturn) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Failure(grpc::StatusCode::UNAVAILABLE),
                           Failure(grpc::StatusCode::UNAVAILABLE), Failure(grpc::StatusCode::UNAVAILABLE),
                           Answer(v1::Task::SUCCEEDED)};
  gateway_.on_follow = [this] { seconds_ += 2; };
  EXPECT_EQ(Run({"wait", "cc/t"}), 0);
  EXPECT_THAT(err_.str(),
              HasSubstr("RUNNING\ntaskctl: the gateway does not answer; trying again for a minute\ntaskctl: " +
                        gateway_.address() + " answers again\n"));
}

TEST_F(FollowTest, WaitGivesUpWhenTheGatewayIsGoneForAMinute) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Failure(grpc::StatusCode::UNAVAILABLE)};
  gateway_.on_follow = [this] { seconds_ += 20; };
  EXPECT_EQ(Run({"wait", "cc/t"}), 4);
  EXPECT_EQ(gateway_.waits().size(), 5u);
  EXPECT_THAT(err_.str(), HasSubstr("hint: no gateway answers at"));
}

TEST_F(FollowTest, WaitIsPatientWithAnUpstreamThatTheGatewaySaysIsGone) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Failure(grpc::StatusCode::UNAVAILABLE, "UPSTREAM_UNREACHABLE"),
                           Failure(grpc::StatusCode::UNAVAILABLE, "UPSTREAM_UNREACHABLE"), Answer(v1::Task::SUCCEEDED)};
  gateway_.on_follow = [this] { seconds_ += 90; };
  EXPECT_EQ(Run({"wait", "cc/t"}), 0);
  EXPECT_THAT(err_.str(), HasSubstr("cc/t it says no\n"));
}

TEST_F(FollowTest, WaitGivesUpWhenTheGatewayNeverAnswered) {
  gateway_.wait_answers = {Failure(grpc::StatusCode::UNAVAILABLE)};
  EXPECT_EQ(Run({"wait", "cc/t"}), 4);
  EXPECT_EQ(gateway_.waits().size(), 1u);
}

TEST_F(FollowTest, WaitGivesAnUpstreamThatNeverAnsweredAMinute) {
  gateway_.wait_answers = {Failure(grpc::StatusCode::UNAVAILABLE, "UPSTREAM_UNREACHABLE")};
  gateway_.on_follow = [this] { seconds_ += 20; };
  EXPECT_EQ(Run({"wait", "cc/t"}), 4);
  EXPECT_EQ(gateway_.waits().size(), 4u);
}

TEST_F(FollowTest, WaitMayBeginInABadMoment) {
  gateway_.wait_answers = {Failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "UPSTREAM_THROTTLED"),
                           Answer(v1::Task::SUCCEEDED)};
  EXPECT_EQ(Run({"wait", "cc/t"}), 0);
}

TEST_F(FollowTest, WaitEndsWithWhatIsForGood) {
  for (const auto& [status, code] :
       {std::pair{grpc::StatusCode::NOT_FOUND, 5}, std::pair{grpc::StatusCode::PERMISSION_DENIED, 6},
        std::pair{grpc::StatusCode::INVALID_ARGUMENT, 64}}) {
    gateway_.wait_answers = {Failure(status)};
    EXPECT_EQ(Run({"wait", "cc/t"}), code);
    EXPECT_THAT(err_.str(), StartsWith("error: "));
  }
}

TEST_F(FollowTest, WaitStaysWithTheTaskOfTheAlias) {
  gateway_.wait_answers = {Failure(grpc::StatusCode::UNAVAILABLE, "TASK_NOT_YET_CREATED"),
                           Answer(v1::Task::RUNNING, "sources/sc/tasks/launched"),
                           Answer(v1::Task::SUCCEEDED, "sources/sc/tasks/launched")};
  EXPECT_EQ(Run({"wait", kAlias, "--created-after", "2026-01-01T00:00:00Z"}), 0);
  const auto waits = gateway_.waits();
  ASSERT_EQ(waits.size(), 3u);
  EXPECT_EQ(waits[1].name(), kAlias);
  EXPECT_FALSE(waits[1].has_timeout()) << "the gateway waits for the task to come";
  EXPECT_EQ(waits[1].created_after().seconds(), 1'767'225'600);
  EXPECT_EQ(waits[2].name(), "sources/sc/tasks/launched");
  EXPECT_FALSE(waits[2].has_created_after());
  EXPECT_THAT(err_.str(), HasSubstr("no task yet"));
}

TEST_F(FollowTest, WhenItsTimeIsOverWaitSaysSo) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING)};
  gateway_.on_follow = [this] { seconds_ += 7; };
  EXPECT_EQ(Run({"wait", "cc/t", "--timeout", "10s"}), 3);
  EXPECT_EQ(gateway_.waits()[1].timeout().seconds(), 3);
  EXPECT_THAT(err_.str(), HasSubstr("the time is over: cc/t goes on without taskctl"));
}

TEST_F(FollowTest, CtrlCLeavesTheTaskAloneAndSaysSo) {
  gateway_.wait_answers = {Answer(v1::Task::RUNNING)};
  gateway_.on_follow = [this, calls = 0]() mutable { interrupted_ = ++calls == 2; };
  EXPECT_EQ(Run({"wait", "cc/t"}), 130);
  EXPECT_THAT(err_.str(), HasSubstr("interrupted: cc/t goes on without taskctl\n"));
}

TEST_F(FollowTest, OnATerminalWaitDrawsOneLineAndErasesIt) {
  surface_ = {.colours = false, .columns = 80, .live = true};
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Answer(v1::Task::SUCCEEDED)};
  EXPECT_EQ(Run({"wait", "cc/t", "-o", "name"}), 0);
  EXPECT_THAT(err_.str(), Not(HasSubstr("\n")));
  EXPECT_THAT(err_.str(), EndsWith("\r\x1b[K"));
}

TEST_F(FollowTest, OnATerminalWaitKnowsOfTheNextPollAndAsksAgainBehindIt) {
  surface_ = {.colours = false, .columns = 80, .live = true};
  gateway_.wait_answers = {Answer(v1::Task::RUNNING), Failure(grpc::StatusCode::UNAVAILABLE),
                           Answer(v1::Task::SUCCEEDED)};
  gateway_.wait_answers[0].response.mutable_retry_delay()->set_seconds(4);
  gateway_.on_follow = [this] { seconds_ += 2; };
  EXPECT_EQ(Run({"wait", "cc/t", "-o", "name"}), 0);
  EXPECT_EQ(gateway_.waits()[1].timeout().seconds(), 4);
  EXPECT_EQ(gateway_.waits()[1].timeout().nanos(), 200'000'000);
}

TEST_F(FollowTest, WatchTellsEachChangeAndItsExitCodeIsTheWorst) {
  gateway_.watch_answers = {
      {.events = {Snapshot(v1::Task::RUNNING), Snapshot(v1::Task::SUCCEEDED, "sources/sc/tasks/u"),
                  Snapshot(v1::Task::FAILED), Closing(v1::WatchClosing::ALL_DONE)},
       .status = {}}};
  EXPECT_EQ(Run({"watch", "cc/t", "sc/u"}), 1);
  EXPECT_EQ(
      out_.str(),
      "2026-01-01T00:00:00Z cc/t RUNNING\n2026-01-01T00:00:00Z sc/u SUCCEEDED\n2026-01-01T00:00:00Z cc/t FAILED\n");
}

TEST_F(FollowTest, WatchSaysOfASecondNameThatItIsOne) {
  gateway_.watch_answers = {
      {.events = {Snapshot(v1::Task::SUCCEEDED), Closing(v1::WatchClosing::ALL_DONE)}, .status = {}}};
  EXPECT_EQ(Run({"watch", "sources/-/tasks/t", "cc/t"}), 0);
  EXPECT_EQ(out_.str(),
            "2026-01-01T00:00:00Z cc/t SUCCEEDED\n"
            "2026-01-01T00:00:00Z -/t another name of one of these tasks\n");
}

TEST_F(FollowTest, WatchResumesAfterACutWithWhatItWasToldLast) {
  gateway_.watch_answers = {
      {.events = {Snapshot(v1::Task::RUNNING), Snapshot(v1::Task::SUCCEEDED, "sources/sc/tasks/u")}, .status = {}},
      {.events = {Snapshot(v1::Task::RUNNING), Closing(v1::WatchClosing::DRAINING)}, .status = {}},
      {.events = {Snapshot(v1::Task::SUCCEEDED), Closing(v1::WatchClosing::ALL_DONE)}, .status = {}}};
  // Streams that are cut within a second are not resumed at once.
  gateway_.on_follow = [this] { seconds_ += 2; };
  EXPECT_EQ(Run({"watch", "cc/t", "sc/u"}), 0);
  const auto watches = gateway_.watches();
  ASSERT_EQ(watches.size(), 3u);
  ASSERT_EQ(watches[1].targets_size(), 1) << "a task that has ended is not watched again";
  EXPECT_EQ(watches[1].targets(0).name(), kTask);
  EXPECT_EQ(watches[1].targets(0).resume_token(), "token of RUNNING");
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("cc/t RUNNING\n"), HasSubstr("sc/u SUCCEEDED\n"), EndsWith("cc/t SUCCEEDED\n")));
  EXPECT_EQ(std::ranges::count(out_.str(), '\n'), 3) << "the same again is no news";
}

TEST_F(FollowTest, ANameThatCannotBeReadCountsWithItsExitCode) {
  v1::WatchTasksResponse missing;
  missing.set_requested_name(kTask);
  missing.mutable_unreachable()->mutable_status()->set_code(grpc::StatusCode::NOT_FOUND);
  missing.mutable_unreachable()->mutable_status()->set_message("no such task");
  gateway_.watch_answers = {{.events = {missing, Closing(v1::WatchClosing::ALL_DONE)}, .status = {}}};
  EXPECT_EQ(Run({"watch", "cc/t"}), 5);
  EXPECT_EQ(out_.str(), "2026-01-01T00:00:00Z cc/t cannot be read: no such task\n");
}

TEST_F(FollowTest, WatchGivesUpWhenTheGatewayNeverAnswered) {
  gateway_.watch_answers = {{.events = {}, .status = {grpc::StatusCode::UNAVAILABLE, "away"}}};
  EXPECT_EQ(Run({"watch", "cc/t"}), 4);
  EXPECT_EQ(gateway_.watches().size(), 1u);
}

TEST_F(FollowTest, WatchTellsOfAGatewayThatIsGoneAndOfItsReturn) {
  GoAndReturnWatching();
  EXPECT_EQ(Run({"watch", "cc/t"}), 0);
  EXPECT_EQ(err_.str(), "taskctl: the gateway does not answer; trying again for a minute\ntaskctl: " +
                            gateway_.address() + " answers again\n");
}

TEST_F(FollowTest, OnATerminalWatchTellsOfAGatewayThatIsGoneBelowTheTable) {
  surface_ = {.colours = false, .columns = 80, .live = true};
  GoAndReturnWatching();
  EXPECT_EQ(Run({"watch", "cc/t"}), 0);
  EXPECT_EQ(err_.str(), "");
  EXPECT_THAT(out_.str(), HasSubstr("-\nthe gateway does not answer; trying again for a minute\n\x1b[3A\x1b[J"));
}

TEST_F(FollowTest, CtrlCLeavesWatchedTasksAlone) {
  gateway_.watch_answers = {{.events = {Snapshot(v1::Task::RUNNING)}, .status = {}}};
  gateway_.on_follow = [this] { interrupted_ = true; };
  EXPECT_EQ(Run({"watch", "cc/t"}), 130);
  EXPECT_EQ(err_.str(), "interrupted: the tasks go on without taskctl\n");
}

TEST_F(FollowTest, OnATerminalWatchDrawsOneTableOverAndOver) {
  surface_ = {.colours = false, .columns = 80, .live = true};
  gateway_.watch_answers = {
      {.events = {Snapshot(v1::Task::RUNNING), Snapshot(v1::Task::SUCCEEDED), Closing(v1::WatchClosing::ALL_DONE)},
       .status = {}}};
  EXPECT_EQ(Run({"watch", "cc/t"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("cc/t  RUNNING"), HasSubstr("\x1b[2A\x1b[J"), HasSubstr("cc/t  SUCCEEDED")));
}

TEST_F(FollowTest, ListAsksForPageAfterPageUpToTheLimit) {
  for (int page = 0; page < 3; ++page) {
    v1::ListTasksResponse& tasks = gateway_.pages.emplace_back();
    for (int i = 0; i < 2; ++i) {
      *tasks.add_tasks() = TaskIn(v1::Task::RUNNING, "sources/sc/tasks/t" + std::to_string(2 * page + i));
    }
    if (page < 2) tasks.set_next_page_token(std::to_string(page + 1));
  }
  EXPECT_EQ(Run({"list", "sc", "pp", "-o", "name"}), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("sources/sc/tasks/t0\n"), HasSubstr("sources/sc/tasks/t5\n")));
  EXPECT_EQ(gateway_.lists()[2].parent(), "sources/sc");
  EXPECT_EQ(gateway_.lists()[2].provisioned_product_id(), "pp");
  EXPECT_EQ(Run({"list", "sources/sc", "pp", "--limit", "3", "-o", "json"}), 0);
  EXPECT_EQ(YAML::Load(out_.str())["tasks"].size(), 3u);
  EXPECT_EQ(gateway_.lists().size(), 5u);
  EXPECT_EQ(err_.str(), "taskctl: these are the first 3; there are more: --limit\n");
}

TEST_F(FollowTest, CancelShowsTheTask) {
  gateway_.tasks[kTask] = TaskIn(v1::Task::CANCELLING);
  EXPECT_EQ(Run({"cancel", "cc/t"}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("CANCELLING"));
}

TEST_F(FollowTest, WhatCannotBeCancelledIsAUsageError) {
  for (const auto& [code, reason] : {std::pair{grpc::StatusCode::FAILED_PRECONDITION, "TASK_ALREADY_DONE"},
                                     std::pair{grpc::StatusCode::UNIMPLEMENTED, "CANCEL_UNSUPPORTED_BY_SOURCE"}}) {
    google::rpc::ErrorInfo error_info;
    error_info.set_reason(reason);
    google::rpc::Status& status = gateway_.errors[kTask];
    status.Clear();
    status.set_code(code);
    std::ignore = status.add_details()->PackFrom(error_info);
    EXPECT_EQ(Run({"cancel", "cc/t"}), 64) << reason;
  }
}

}  // namespace
}  // namespace taskgateway::taskctl

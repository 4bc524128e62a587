// The commands against a gateway that answers from a table.
#include "tools/taskctl/run.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/fake_task_service.h"
#include "tests/unit/taskctl/golden.h"
#include "yaml-cpp/yaml.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kFailed[] = "sources/cloud-control/tasks/task-cc-failed";
constexpr char kLogs[] = "sources/sc-hangzhou/tasks/task-sc-1";

class RunTest : public ::testing::Test {
 protected:
  RunTest() {
    gateway_.tasks[kFailed] = TaskFrom("failed.textproto");
    gateway_.tasks[kLogs] = TaskFrom("with_logs.textproto");
    variables_["TASKCTL_SERVER"] = gateway_.address();
  }

  int Run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return taskctl::Run(arguments, {out_,
                                    err_,
                                    [this](const std::string& name) {
                                      const auto found = variables_.find(name);
                                      return found == variables_.end() ? std::nullopt
                                                                       : std::optional<std::string>(found->second);
                                    },
                                    [] { return absl::FromUnixSeconds(1669023003); },
                                    Surface(),
                                    {}});
  }

  FakeTaskService gateway_;
  std::map<std::string, std::string> variables_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RunTest, OneNameIsACard) {
  EXPECT_EQ(Run({"get", "cloud-control/task-cc-failed"}), 1);
  EXPECT_EQ(out_.str(), FileText(Testdata("failed.card")));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(RunTest, HealthIsAnExitCode) {
  gateway_.SetHealth("live", true);
  EXPECT_EQ(Run({"health", "live"}), 0);
  EXPECT_EQ(out_.str(), "SERVING\n");
  EXPECT_EQ(Run({"health"}), 0);
  gateway_.SetHealth("", false);
  EXPECT_EQ(Run({"health"}), 4);
  EXPECT_EQ(out_.str(), "NOT_SERVING\n");
  EXPECT_EQ(Run({"health", "unheard-of"}), 5);
  EXPECT_THAT(err_.str(), HasSubstr("unheard-of"));
}

TEST_F(RunTest, ASucceededTaskIsExitCodeZero) { EXPECT_EQ(Run({"get", kLogs}), 0); }

TEST_F(RunTest, ACancelledTaskIsExitCodeTwo) {
  gateway_.tasks[kLogs].set_state(v1::Task::CANCELLED);
  EXPECT_EQ(Run({"get", kLogs}), 2);
}

TEST_F(RunTest, ATaskThatIsNotDoneIsExitCodeZero) {
  gateway_.tasks[kLogs].set_state(v1::Task::RUNNING);
  EXPECT_EQ(Run({"get", kLogs}), 0);
}

TEST_F(RunTest, ViewAndStalenessReachTheGateway) {
  Run({"get", kLogs, "--view", "raw", "--max-staleness", "1.5s"});
  Run({"get", kLogs});
  Run({"get", kLogs, "--max-staleness", "0"});
  const auto gets = gateway_.gets();
  ASSERT_EQ(gets.size(), 3u);
  EXPECT_EQ(gets[0].view(), v1::TASK_VIEW_RAW);
  EXPECT_EQ(gets[0].max_staleness().seconds(), 1);
  EXPECT_EQ(gets[0].max_staleness().nanos(), 500'000'000);
  EXPECT_EQ(gets[1].view(), v1::TASK_VIEW_BASIC);
  EXPECT_FALSE(gets[1].has_max_staleness());
  EXPECT_TRUE(gets[2].has_max_staleness());
}

TEST_F(RunTest, OneNameAsADocumentIsOneObject) {
  EXPECT_EQ(Run({"get", kFailed, "-o", "json"}), 1);
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("{\n"), HasSubstr("\"name\": \"sources/cloud-control/tasks/task-cc-failed\"")));
  EXPECT_EQ(Run({"get", kFailed, "-o", "yaml"}), 1);
  EXPECT_EQ(YAML::Load(out_.str())["error"]["rootCode"].Scalar(), "InvalidRamUser.NoPermission");
}

TEST_F(RunTest, OutputNameIsTheCanonicalName) {
  EXPECT_EQ(Run({"get", "cloud-control/task-cc-failed", "-o", "name"}), 1);
  EXPECT_EQ(out_.str(), std::string(kFailed) + "\n");
}

TEST_F(RunTest, SeveralNamesAreATableAndTheWorstExitCode) {
  EXPECT_EQ(Run({"get", kFailed, kLogs, "a/none"}), 5);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("NAME "), HasSubstr("\ncloud-control/task-cc-failed "),
                                HasSubstr("\nsc-hangzhou/task-sc-1 ")));
  EXPECT_EQ(err_.str(), "error: sources/a/tasks/none: NOT_FOUND TASK_NOT_FOUND: no such task\n");
  EXPECT_EQ(Run({"get", kFailed, kLogs}), 1);
  EXPECT_EQ(Run({"get", kLogs, kLogs}), 0);
}

TEST_F(RunTest, SeveralNamesAsADocumentHaveTasksAndFailures) {
  EXPECT_EQ(Run({"get", kFailed, "a/none", "-o", "yaml"}), 5);
  const YAML::Node answer = YAML::Load(out_.str());
  EXPECT_EQ(answer["tasks"].size(), 1u);
  EXPECT_EQ(answer["failures"][0]["name"].Scalar(), "sources/a/tasks/none");
}

TEST_F(RunTest, NamesAreAskedForByTheHundred) {
  std::vector<std::string> arguments = {"get", "-o", "json"};
  for (int i = 0; i < 250; ++i) arguments.push_back("a/task-" + std::to_string(i));
  EXPECT_EQ(Run(arguments), 5);
  const auto batches = gateway_.batches();
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].names_size(), 100);
  EXPECT_EQ(batches[2].names_size(), 50);
  EXPECT_EQ(batches[2].names(49), "sources/a/tasks/task-249");
  EXPECT_TRUE(batches[0].return_partial_success());
  const YAML::Node failures = YAML::Load(out_.str())["failures"];
  ASSERT_EQ(failures.size(), 250u);
  EXPECT_EQ(failures[249]["index"].as<int>(), 249);
}

TEST_F(RunTest, ABatchThatFailsAsAWholeIsToldOnce) {
  gateway_.batch_error = {grpc::StatusCode::UNAUTHENTICATED, "who are you"};
  EXPECT_EQ(Run({"get", kFailed, kLogs}), 6);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "error: UNAUTHENTICATED: who are you\n");
}

TEST_F(RunTest, AMissIsToldWithItsReason) {
  EXPECT_EQ(Run({"get", "a/none", "-o", "json"}), 5);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "error: sources/a/tasks/none: NOT_FOUND TASK_NOT_FOUND: no such task\n");
}

TEST_F(RunTest, EachErrorHasItsExitCode) {
  const std::map<grpc::StatusCode, int> codes = {
      {grpc::StatusCode::DEADLINE_EXCEEDED, 3},  {grpc::StatusCode::UNAVAILABLE, 4},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, 4}, {grpc::StatusCode::PERMISSION_DENIED, 6},
      {grpc::StatusCode::UNAUTHENTICATED, 6},    {grpc::StatusCode::FAILED_PRECONDITION, 6},
      {grpc::StatusCode::INVALID_ARGUMENT, 64}};
  for (const auto& [code, exit_code] : codes) {
    gateway_.errors["sources/a/tasks/b"].set_code(code);
    EXPECT_EQ(Run({"get", "a/b"}), exit_code) << code;
  }
}

TEST_F(RunTest, NobodyListeningIsExitCodeFour) {
  variables_["TASKCTL_SERVER"] = "unix:" + testing::TempDir() + "taskctl_nobody.sock";
  EXPECT_EQ(Run({"get", kFailed}), 4);
  EXPECT_THAT(err_.str(), HasSubstr("no gateway answers at unix:"));
}

TEST_F(RunTest, Sources) {
  gateway_.sources.add_sources()->set_name("sources/cloud-control");
  EXPECT_EQ(Run({"sources"}), 0);
  EXPECT_THAT(out_.str(), AllOf(StartsWith("NAME "), HasSubstr("sources/cloud-control")));
  EXPECT_EQ(Run({"sources", "-o", "name"}), 0);
  EXPECT_EQ(out_.str(), "sources/cloud-control\n");
  EXPECT_EQ(Run({"sources", "-o", "json"}), 0);
  EXPECT_EQ(YAML::Load(out_.str())["sources"][0]["name"].Scalar(), "sources/cloud-control");
}

TEST_F(RunTest, BadSettingsAreUsageErrorsBeforeAnyCall) {
  EXPECT_EQ(Run({"get", kFailed, "--timeout", "soon"}), 64);
  EXPECT_THAT(err_.str(), StartsWith("error: --timeout: 'soon'"));
  EXPECT_EQ(Run({"get", kFailed, "--ca-file", "/nonexistent/ca.pem"}), 64);
  EXPECT_THAT(err_.str(), HasSubstr("/nonexistent/ca.pem: cannot be read"));
  EXPECT_TRUE(gateway_.gets().empty());
}

}  // namespace
}  // namespace taskgateway::taskctl

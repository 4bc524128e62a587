// The gateway as a process: arguments, exit codes, output, signals.
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

extern char** environ;

namespace taskgateway::server {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kExample[] = TASKGATEWAY_SOURCE_DIR "/gateway/server/taskgateway.example.yaml";

// `taskgateway` with standard output and standard error in one pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TASKGATEWAY_BINARY_DIR "/taskgateway");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0) << argv[0];
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
  }
  ~Process() { close(output_); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Reads until the output has `text`.
  void WaitFor(const std::string& text) {
    while (text_.find(text) == std::string::npos) {
      if (!ReadSome()) {
        FAIL() << "ended before it said " << text << ":\n" << text_;
      }
    }
  }
  void Signal(int signal) const { kill(pid_, signal); }
  // The scheduling policy of each of its threads.
  std::vector<int> Policies() const {
    std::vector<int> policies;
    for (const auto& thread : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid_, "/task"))) {
      policies.push_back(sched_getscheduler(std::stoi(thread.path().filename())));
    }
    return policies;
  }
  // Waits for its end and returns the exit code, -1 for any other end.
  int ExitCode() {
    while (ReadSome()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& text() const { return text_; }

 private:
  bool ReadSome() {
    char buffer[4096];
    const ssize_t size = read(output_, buffer, sizeof buffer);
    if (size > 0) text_.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::string text_;
};

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + std::to_string(getpid()) + name;
  std::ofstream(path) << text;
  return path;
}

constexpr char kServable[] = R"(
listen: {address: "127.0.0.1:0"}
admin: {address: "127.0.0.1:0"}
drain: {settle: 0s}
accounts: [{name: main, credentials: {static: {access_key_id: id, access_key_secret: secret}}}]
sources: [{name: cc, kind: cloud_control, account: main, endpoint: "https://cloudcontrol.aliyuncs.com"}]
)";

TEST(MainTest, CheckConfigSaysInOneLineThatAFileIsValid) {
  Process process({"--config", kExample, "--check-config"});
  EXPECT_EQ(process.ExitCode(), 0);
  EXPECT_EQ(process.text(), std::string(kExample) + " is valid: 3 accounts, 4 sources, to listen on 127.0.0.1:8980\n");
}

TEST(MainTest, AConfigurationErrorIsExitCode2) {
  const std::string bad = WriteFile("bad.yaml", "listen: {adress: x}\n");
  const std::string good = WriteFile("good.yaml", kServable);
  const std::string no_keys = WriteFile("no_keys.yaml", R"(
accounts: [{name: main, credentials: {environment: {prefix: NOBODY_SETS_THIS}}}]
sources: [{name: cc, kind: cloud_control, account: main, endpoint: "https://cloudcontrol.aliyuncs.com"}]
)");
  const struct {
    std::vector<std::string> arguments;
    std::string expected;
  } kCases[] = {
      {{"--config", bad}, bad + ":1: listen.adress: is an unknown key; did you mean \"address\"?"},
      {{"--config", bad, "--check-config"}, bad + ":1: listen.adress: is an unknown key"},
      {{"--config", "/no/such/file"}, "/no/such/file: cannot be opened"},
      {{"--config", good, "--check-config", "--listen", "0.0.0.0:1"},
       "--listen: is \"0.0.0.0:1\", plaintext for other"},
      {{"--config", no_keys}, "NOBODY_SETS_THIS_ALIBABA_CLOUD_ACCESS_KEY_ID"},
      {{}, "--config"},
      {{"--no-such-flag"}, "--no-such-flag"},
  };
  for (const auto& test : kCases) {
    Process process(test.arguments);
    EXPECT_EQ(process.ExitCode(), 2) << test.expected;
    EXPECT_THAT(process.text(), HasSubstr(test.expected));
  }
}

TEST(MainTest, AnAddressThatCannotBeListenedOnIsExitCode1) {
  const std::string config = WriteFile("good.yaml", kServable);
  Process process({"--config", config, "--listen", "127.0.0.1:0", "--ports-file", "/no/such/folder/ports"});
  EXPECT_EQ(process.ExitCode(), 1);
  EXPECT_THAT(process.text(), HasSubstr("--ports-file: \"/no/such/folder/ports\" cannot be written; give"));
}

TEST(MainTest, WhatGrpcSaysIsALineOfOurLog) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string listen = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  Process process({"--config", WriteFile("good.yaml", kServable), "--listen", listen});
  EXPECT_EQ(process.ExitCode(), 1);
  close(taken);
  EXPECT_THAT(process.text(), AllOf(StartsWith("{\"time\":"), HasSubstr("\"event\":\"grpc\",\"message\":\""),
                                    HasSubstr("listen.address: \"" + listen + "\" cannot be listened on; give")));
}

TEST(MainTest, VersionHelpAndReferenceNeedNoConfiguration) {
  const std::pair<const char*, const char*> kCases[] = {{"--version", "taskgateway "},
                                                        {"--help", "Reads asynchronous tasks"},
                                                        {"--print-config-reference", "| Field | Type |"}};
  for (const auto& [flag, expected] : kCases) {
    Process process({flag});
    EXPECT_EQ(process.ExitCode(), 0);
    EXPECT_THAT(process.text(), StartsWith(expected));
  }
}

class SignalTest : public ::testing::TestWithParam<int> {};

TEST_P(SignalTest, ServesUntilItComesAndTellsItsPort) {
  const std::string config = WriteFile("good.yaml", kServable);
  const std::string ports = WriteFile("ports.json", "");
  Process process({"--config", config, "--ports-file", ports});
  process.WaitFor("\"event\":\"started\"");
  process.Signal(SIGPIPE);
  std::ifstream file(ports);
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}),
              MatchesRegex("\\{\"admin\": [1-9][0-9]*, \"grpc\": [1-9][0-9]*\\}\n"));
  process.Signal(GetParam());
  EXPECT_EQ(process.ExitCode(), 0);
  EXPECT_THAT(process.text(),
              AllOf(HasSubstr("\"event\":\"signal\",\"name\":\"SIG"), HasSubstr("\"event\":\"stopped\"")));
  EXPECT_EQ(process.text().find("\"event\":\"drained\"") != std::string::npos, GetParam() == SIGTERM);
}

TEST(MainTest, ItsThreadsDoNotPushEachOtherAside) {
  int refused = 0;
  std::thread([&refused] {
    const sched_param parameter{};
    refused = sched_setscheduler(0, SCHED_BATCH, &parameter);
  }).join();
  if (refused != 0) GTEST_SKIP() << "the kernel does not allow SCHED_BATCH here";
  Process process({"--config", WriteFile("batch.yaml", kServable)});
  process.WaitFor("\"started\"");
  EXPECT_THAT(process.Policies(), AllOf(SizeIs(Ge(5U)), Each(SCHED_BATCH)));
  process.Signal(SIGINT);
  EXPECT_EQ(process.ExitCode(), 0);
}

TEST(MainTest, ASecondSignalEndsADrain) {
  std::string slow = kServable;
  slow.replace(slow.find("settle: 0s"), 10, "settle: 300s");
  Process process({"--config", WriteFile("slow.yaml", slow)});
  process.WaitFor("\"event\":\"started\"");
  process.Signal(SIGTERM);
  process.WaitFor("\"event\":\"draining\"");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.ExitCode(), 0);
  EXPECT_THAT(process.text(), HasSubstr("\"event\":\"drain_cut_short\""));
}

// An upstream that takes connections and says nothing.
class SilentUpstream {
 public:
  SilentUpstream() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = absl::StrCat("http://127.0.0.1:", ntohs(address.sin_port));
  }
  ~SilentUpstream() { close(listener_); }
  const std::string& url() const { return url_; }

 private:
  const int listener_;
  std::string url_;
};

TEST(MainTest, ASignalWhileItStopsEndsItAtOnce) {
  const SilentUpstream upstream;
  const std::string ports = WriteFile("stopping.ports", "");
  Process process({"--config",
                   WriteFile("stopping.yaml",
                             absl::StrReplaceAll(kServable, {{"settle: 0s", "limit: 0s"},
                                                             {"https://cloudcontrol.aliyuncs.com", upstream.url()}})),
                   "--ports-file", ports});
  process.WaitFor("\"event\":\"started\"");
  std::ifstream file(ports);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::string key = "\"grpc\": ";
  const std::string port = text.substr(text.find(key) + key.size(), text.find('}') - text.find(key) - key.size());
  const auto stub = v1::TaskService::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  // One read keeps the gateway from stopping.
  grpc::ClientContext context;
  v1::GetTaskRequest request;
  request.set_name("sources/cc/tasks/t");
  v1::Task task;
  std::promise<grpc::Status> ended;
  stub->async()->GetTask(&context, &request, &task, [&ended](const grpc::Status& status) { ended.set_value(status); });
  v1::ListSourcesResponse sources;
  grpc::ClientContext behind;  // on the same connection, so the read is there when this is answered
  ASSERT_TRUE(stub->ListSources(&behind, {}, &sources).ok());
  process.Signal(SIGTERM);
  process.WaitFor("\"event\":\"stopping\"");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.ExitCode(), 0);
  EXPECT_EQ(process.text().find("\"event\":\"stopped\""), std::string::npos);
  EXPECT_EQ(ended.get_future().get().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(MainTest, ADrainHasALimit) {
  std::string limited = kServable;
  limited.replace(limited.find("settle: 0s"), 10, "settle: 300s, limit: 0s");
  Process process({"--config", WriteFile("limited.yaml", limited)});
  process.WaitFor("\"event\":\"started\"");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.ExitCode(), 0);
  EXPECT_THAT(process.text(), HasSubstr("\"connections_left\":false"));
}

INSTANTIATE_TEST_SUITE_P(Stop, SignalTest, ::testing::Values(SIGTERM, SIGINT));

}  // namespace
}  // namespace taskgateway::server

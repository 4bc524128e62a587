#include "gateway/server/server.h"

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/server/config.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FakeSink final : public base::LogSink {
 public:
  bool Write(std::string_view line) override {
    lines.emplace_back(line);
    return true;
  }

  std::vector<std::string> lines;
};

// Port 1 of this machine: nobody listens there.
constexpr char kConfig[] = R"(
listen: {address: "127.0.0.1:0"}
admin: {address: "127.0.0.1:0"}
accounts: [{name: main, credentials: {static: {access_key_id: id, access_key_secret: secret}}}]
limits: {max_attempts: 1, max_request_bytes: 1024}
sources:
  - {name: cc, kind: cloud_control, account: main, endpoint: "http://127.0.0.1:1"}
)";

std::shared_ptr<grpc::Channel> ChannelTo(const Server& server) {
  return grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.grpc_port()), grpc::InsecureChannelCredentials());
}

class ServerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Server> Start(const std::string& yaml = kConfig) {
    absl::StatusOr<config::v1::Config> config = ParseConfig(yaml, "test.yaml");
    EXPECT_TRUE(config.ok()) << config.status();
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(*std::move(config), log_);
    EXPECT_TRUE(server.ok()) << server.status();
    return *std::move(server);
  }

  base::SystemClock clock_;
  FakeSink sink_;
  base::Log log_{clock_, sink_};
};

grpc::Status GetTask(const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
  grpc::ClientContext context;
  v1::GetTaskRequest request;
  request.set_name(name);
  v1::Task task;
  return v1::TaskService::NewStub(channel)->GetTask(&context, request, &task);
}

TEST_F(ServerTest, ServesTheConfiguredSources) {
  const std::unique_ptr<Server> server = Start();
  grpc::ClientContext context;
  v1::ListSourcesResponse sources;
  ASSERT_TRUE(v1::TaskService::NewStub(ChannelTo(*server))->ListSources(&context, {}, &sources).ok());
  ASSERT_THAT(sources.sources(), SizeIs(1));
  EXPECT_EQ(sources.sources(0).name(), "sources/cc");
  EXPECT_EQ(sources.sources(0).endpoint(), "http://127.0.0.1:1");
  EXPECT_THAT(sink_.lines, ElementsAre(HasSubstr("\"event\":\"call\""))) << "nothing to warn of";
}

TEST_F(ServerTest, AReadGoesAllTheWayToTheUpstream) {
  const std::unique_ptr<Server> server = Start();
  const grpc::Status status = GetTask(ChannelTo(*server), "sources/cc/tasks/task-1");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
  EXPECT_THAT(status.error_details(), HasSubstr("UPSTREAM_UNREACHABLE"));
}

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

std::string TextOf(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  EXPECT_TRUE(bytes.DumpToSingleSlice(&slice).ok());
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// One message each way, for methods whose generated code is no part of this build.
std::string Call(const Server& server, const std::string& method, const std::string& request) {
  grpc::GenericStub stub(ChannelTo(server));
  grpc::ClientContext context;
  const grpc::ByteBuffer sent = Bytes(request);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, method, {}, &sent, &received, [&](grpc::Status status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
  return status.ok() ? TextOf(received) : "";
}

// HealthCheckRequest.service is field 1, HealthCheckResponse.status too: 1 is SERVING, 2 NOT_SERVING.
const std::string kAskAll;
const std::string kAskTaskService =
    "\x0a\x1a"
    "taskgateway.v1.TaskService";
const std::string kServing = "\x08\x01";
const std::string kNotServing = "\x08\x02";

TEST_F(ServerTest, HealthAnswersForTheServerAndForTheService) {
  const std::unique_ptr<Server> server = Start();
  EXPECT_EQ(Call(*server, "/grpc.health.v1.Health/Check", kAskAll), kServing);
  EXPECT_EQ(Call(*server, "/grpc.health.v1.Health/Check", kAskTaskService), kServing);
}

TEST_F(ServerTest, ReflectionListsTheService) {
  const std::unique_ptr<Server> server = Start();
  const std::string list_services("\x3a\x00", 2);  // ServerReflectionRequest.list_services is field 7
  EXPECT_THAT(Call(*server, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services),
              HasSubstr("taskgateway.v1.TaskService"));
}

class HealthWatch final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit HealthWatch(const Server& server) : stub_(ChannelTo(server)), request_(Bytes(kAskAll)) {
    stub_.PrepareBidiStreamingCall(&context_, "/grpc.health.v1.Health/Watch", {}, this);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&response_);
    StartCall();
  }
  ~HealthWatch() override {
    context_.TryCancel();
    done_.get_future().wait();
  }

  // Blocks until the server says so.
  void WaitFor(const std::string& status) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return status_ == status; });
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      const std::lock_guard lock(mutex_);
      status_ = TextOf(response_);
    }
    changed_.notify_all();
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { done_.set_value(); }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  const grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string status_;
  std::promise<void> done_;
};

TEST_F(ServerTest, ShutdownFirstTellsHealthAndThenWaitsForTheCallsUnderWay) {
  const std::unique_ptr<Server> server = Start();
  std::future<void> shutdown;
  {
    HealthWatch watch(*server);
    watch.WaitFor(kServing);
    shutdown = std::async(std::launch::async, [&] { server->Shutdown(absl::Minutes(1)); });
    watch.WaitFor(kNotServing);
  }
  shutdown.get();
}

TEST_F(ServerTest, RequestsAboveTheLimitAreRefused) {
  const std::unique_ptr<Server> server = Start();
  EXPECT_EQ(GetTask(ChannelTo(*server), std::string(1025, 'x')).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServerTest, InsecureSettingsAreWarnedOfAtEachStart) {
  const std::unique_ptr<Server> server = Start(R"(
listen: {address: "0.0.0.0:0", insecure_plaintext: true}
admin: {address: "0.0.0.0:0"}
accounts: [{name: main, credentials: {static: {access_key_id: id, access_key_secret: secret}}}]
sources:
  - {name: cc, kind: cloud_control, account: main, endpoint: "http://upstream.example.com", insecure: true}
)");
  ASSERT_THAT(sink_.lines, SizeIs(3));
  EXPECT_THAT(sink_.lines[0], HasSubstr(R"("severity":"warning","event":"admin_off_loopback","address":"0.0.0.0:0")"));
  EXPECT_THAT(sink_.lines[1], HasSubstr(R"("severity":"warning","event":"insecure_plaintext","address":"0.0.0.0:0")"));
  EXPECT_THAT(sink_.lines[2], HasSubstr(R"("severity":"warning","event":"insecure_source","source":"cc",)"
                                        R"("endpoint":"http://upstream.example.com")"));
}

TEST_F(ServerTest, APortThatIsTakenIsRefusedAndNotShared) {
  const std::unique_ptr<Server> first = Start();
  config::v1::Config config = ParseConfig(kConfig, "test.yaml").value();
  config.mutable_listen()->set_address(absl::StrCat("127.0.0.1:", first->grpc_port()));
  const absl::Status status = Server::Start(config, log_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot be listened on; give"));
}

TEST_F(ServerTest, AfterShutdownNobodyListens) {
  const std::unique_ptr<Server> server = Start();
  const std::shared_ptr<grpc::Channel> channel = ChannelTo(*server);
  server->Shutdown(absl::ZeroDuration());
  server->Shutdown(absl::ZeroDuration());
  EXPECT_EQ(GetTask(channel, "sources/cc/tasks/task-1").error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace taskgateway::server

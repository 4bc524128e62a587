// What a bad upstream does to a call, and that it does nothing to the next one.
#include <future>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;
using simulator::Api;
using testing::HasSubstr;

// Attempts that give up fast, so that a test of a bad upstream ends soon.
constexpr std::string_view kImpatient =
    "{connect_timeout: 300ms, attempt_timeout: 600ms, large_reply_timeout: 1s, max_attempts: 2}";

TEST_F(GatewayTest, EveryKindOfTroubleHasItsStatusAndTheNextCallWorks) {
  struct Row {
    const char* fault;
    StatusCode code;
    const char* reason;
  };
  const Row rows[] = {
      {"error: {status: 503, code: ServiceUnavailable}", StatusCode::UNAVAILABLE, "UPSTREAM_ERROR"},
      {"error: {status: 500, code: InternalError}", StatusCode::UNAVAILABLE, "UPSTREAM_ERROR"},
      {"error: {status: 429, code: Throttling.User}, headers: {x-acs-retry-after: \"20\"}",
       StatusCode::RESOURCE_EXHAUSTED, "UPSTREAM_THROTTLED"},
      {"error: {status: 403, code: NoPermission}", StatusCode::PERMISSION_DENIED, "UPSTREAM_PERMISSION_DENIED"},
      {"error: {status: 404, code: InvalidAccessKeyId.NotFound}", StatusCode::FAILED_PRECONDITION,
       "UPSTREAM_CREDENTIALS_REJECTED"},
      {"error: {status: 404, code: InvalidApi.NotFound}", StatusCode::FAILED_PRECONDITION, "UPSTREAM_MISCONFIGURED"},
      {"error: {status: 400, code: MissingParameter}", StatusCode::UNKNOWN, "UPSTREAM_REJECTED"},
      {"error: {status: 400, code: InvalidTask.NotFound, envelope: lower}", StatusCode::NOT_FOUND, "TASK_NOT_FOUND"},
      {"html: {status: 502}", StatusCode::UNAVAILABLE, "UPSTREAM_ERROR"},
      {"html: {status: 403}", StatusCode::UNAVAILABLE, "UPSTREAM_BROKEN_REPLY"},
      {"html: {status: 404}", StatusCode::UNAVAILABLE, "UPSTREAM_BROKEN_REPLY"},
      {"html: {status: 200}", StatusCode::UNAVAILABLE, "UPSTREAM_BROKEN_REPLY"},
      {"broken_json: {status: 200}", StatusCode::UNAVAILABLE, "UPSTREAM_BROKEN_REPLY"},
      {"truncate_at: 50", StatusCode::UNAVAILABLE, "UPSTREAM_BROKEN_REPLY"},
      {"reset: before_headers", StatusCode::UNAVAILABLE, "UPSTREAM_UNREACHABLE"},
      {"hang: true", StatusCode::UNAVAILABLE, "UPSTREAM_TIMEOUT"},
      {"bytes_per_second: 64", StatusCode::UNAVAILABLE, "UPSTREAM_TIMEOUT"},
  };
  StartGateway(kImpatient);
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  for (const Row& row : rows) {
    SCOPED_TRACE(row.fault);
    Play("faults: [{" + std::string(row.fault) + "}]");
    v1::Task task;
    const grpc::Status status = Get("sources/cc/tasks/t", &task);
    EXPECT_EQ(status.error_code(), row.code) << status.error_message();
    EXPECT_EQ(ReasonOf(status), row.reason);
    if (row.code == StatusCode::UNAVAILABLE || row.code == StatusCode::RESOURCE_EXHAUSTED) {
      EXPECT_TRUE(DetailOf<google::rpc::RetryInfo>(status).has_retry_delay());
    }
    simulator().ClearFaults();
    EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  }
}

TEST_F(GatewayTest, ATransientFailureIsRetriedWithANewNonceAndSignature) {
  StartGateway();
  Play(R"(
tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}]}]
faults: [{count: 2, error: {status: 503, code: ServiceUnavailable}}]
)");
  v1::Task task;
  ASSERT_TRUE(Get("sources/sc/tasks/t", &task).ok());
  std::set<std::string> nonces;
  for (const auto& entry : simulator().Ledger()) nonces.insert(entry.nonce);
  EXPECT_EQ(Reads(Api::kServiceCatalog), 3u);
  EXPECT_EQ(nonces.size(), 3u);
}

TEST_F(GatewayTest, AWrongClockIsLearnedFromTheUpstream) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  simulator().SetClockOffset(absl::Hours(1));
  v1::Task task;
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_EQ(Reads(Api::kCloudControl), 2u);
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_EQ(Reads(Api::kCloudControl), 3u) << "the skew is remembered";
}

TEST_F(GatewayTest, AWrongSecretIsTheGatewaysFaultNotTheCallers) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  v1::Task task;
  const grpc::Status status = Get("sources/cc-denied/tasks/t", &task);
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_CREDENTIALS_REJECTED");
  EXPECT_THAT(status.error_message() + status.error_details(), testing::Not(HasSubstr("another-secret")));
}

TEST_F(GatewayTest, ATaskThatIsNotThereNamesTheResource) {
  StartGateway();
  v1::Task task;
  const grpc::Status status = Get("sources/sc/tasks/missing", &task);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(status).resource_name(), "sources/sc/tasks/missing");
  EXPECT_FALSE(DetailOf<google::rpc::ErrorInfo>(status).domain().empty());
}

// A gRPC 1.51 status above about 8 KB is lost and fails other calls on its connection.
TEST_F(GatewayTest, AHugeUpstreamErrorStaysWithinTheStatusCapAndHarmsNoNeighbour) {
  StartGateway(kImpatient);
  std::string huge;
  for (int i = 0; i < 100'000; ++i) huge += "错误";
  Play("tasks: [{api: cloud_control, id: good, steps: [{status: Running}]}]");
  Play("faults: [{match: {task: bad}, error: {status: 400, code: SomethingElse, message: \"" + huge + "\"}}]");
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    v1::GetTaskRequest request;
    request.set_name("sources/cc/tasks/good");
    v1::Task neighbour;
    std::promise<grpc::Status> ended;
    stub().async()->GetTask(&context, &request, &neighbour,
                            [&](grpc::Status status) { ended.set_value(std::move(status)); });
    v1::Task task;
    const grpc::Status status = Get("sources/cc/tasks/bad", &task);
    EXPECT_EQ(status.error_code(), StatusCode::UNKNOWN) << status.error_message();
    EXPECT_EQ(ReasonOf(status), "UPSTREAM_REJECTED");
    EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("source_code"), "SomethingElse");
    EXPECT_LE(status.error_details().size(), 4096u + 1024u) << "details and the message that is repeated in them";
    EXPECT_TRUE(ended.get_future().get().ok());
  }
}

}  // namespace
}  // namespace taskgateway::e2e

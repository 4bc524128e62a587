#include "tests/e2e/gateway_fixture.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/server/config.h"

namespace taskgateway::e2e {

void GatewayTest::StartGateway(std::string_view limits, simulator::Simulator::Options options, std::string_view listen,
                               std::string_view admin) {
  simulator_ = std::make_unique<simulator::Simulator>(std::move(options));
  ASSERT_TRUE(simulator_->Start().ok());
  const std::string certificate =
      testing::TempDir() + "/simulator-" + std::to_string(simulator_->https_port()) + ".pem";
  std::ofstream(certificate) << simulator_->certificate_pem();

  std::string config =
      absl::StrCat("listen: {address: \"127.0.0.1:0\", ", std::string(listen), "}\n", std::string(admin), R"(
accounts:
- {name: main, credentials: {static: {access_key_id: simulator, access_key_secret: simulator-secret}}}
- {name: wrong, credentials: {static: {access_key_id: simulator, access_key_secret: another-secret}}}
sources:
)");
  const auto add = [&](std::string_view name, std::string_view kind, std::string_view account,
                       const std::string& endpoint) {
    absl::StrAppend(&config, "- {name: ", std::string(name), ", kind: ", std::string(kind),
                    ", account: ", std::string(account), ", ", endpoint,
                    ", budgets: [{operation: GetTask, requests_per_second: 100000, burst: 100000}]}\n");
  };
  const std::string plain = absl::StrCat("endpoint: \"http://127.0.0.1:", simulator_->http_port(), "\"");
  const std::string tls =
      absl::StrCat("endpoint: \"https://localhost:", simulator_->https_port(), "\", ca_file: ", certificate);
  add("cc", "cloud_control", "main", plain);
  add("sc", "service_catalog", "main", plain);
  add("cc-tls", "cloud_control", "main", tls);
  add("cc-denied", "cloud_control", "wrong", plain);
  absl::StrAppend(&config, "limits: ", std::string(limits), "\n");

  absl::StatusOr<config::v1::Config> parsed = server::ParseConfig(config, "test.yaml");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  log_ = std::make_unique<base::Log>(clock_, sink_);
  absl::StatusOr<std::unique_ptr<server::Server>> gateway = server::Server::Start(*std::move(parsed), *log_);
  ASSERT_TRUE(gateway.ok()) << gateway.status();
  gateway_ = *std::move(gateway);
  channel_ = Connect(grpc::InsecureChannelCredentials());
  stub_ = v1::TaskService::NewStub(channel_);
}

std::shared_ptr<grpc::Channel> GatewayTest::Connect(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", gateway_->grpc_port()), credentials, arguments);
}

void GatewayTest::TearDown() {
  if (gateway_ != nullptr) gateway_->Shutdown(absl::Seconds(5));
  gateway_.reset();
  simulator_.reset();
}

void GatewayTest::Play(std::string_view scenario) {
  const absl::Status applied = simulator_->Apply(scenario);
  ASSERT_TRUE(applied.ok()) << applied;
}

grpc::Status GatewayTest::Get(std::string_view name, v1::Task* task, v1::TaskView view, absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(clock_.Now() + timeout));
  v1::GetTaskRequest request;
  request.set_name(std::string(name));
  request.set_view(view);
  request.mutable_max_staleness();
  return stub_->GetTask(&context, request, task);
}

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  return details;
}

std::string ReasonOf(const grpc::Status& status) { return DetailOf<google::rpc::ErrorInfo>(status).reason(); }

}  // namespace taskgateway::e2e

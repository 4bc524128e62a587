#include "tools/taskctl/gateway_client.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "google/protobuf/wrappers.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace taskgateway::taskctl {
namespace {

// BatchGetTasksRequest.names takes no more.
constexpr int kNamesPerBatch = 100;
// ListTasksRequest.page_size takes no more.
constexpr int kTasksPerPage = 100;
constexpr absl::Duration kTimeout = absl::Seconds(30);

google::rpc::Status ToRpcStatus(const grpc::Status& status) {
  google::rpc::Status rpc_status;
  if (status.ok()) return rpc_status;
  // Details that do not parse, or of another call's code, are worth nothing; the trailer's own code and message always
  // are.
  if (!rpc_status.ParseFromString(status.error_details()) || rpc_status.code() != static_cast<int>(status.error_code()))
    rpc_status.Clear();
  rpc_status.set_code(status.error_code());
  if (rpc_status.message().empty()) rpc_status.set_message(status.error_message());
  return rpc_status;
}

// Asks with one context, whose deadline is `deadline`.
template <typename Call>
google::rpc::Status Ask(std::chrono::system_clock::time_point deadline, Call call) {
  grpc::ClientContext context;
  context.set_deadline(deadline);
  return ToRpcStatus(call(context));
}

template <typename Request>
void SetReading(const GetCommand& command, Request& request) {
  request.set_view(command.view);
  if (!command.max_staleness.has_value()) return;
  core::SetDuration(*command.max_staleness, request.mutable_max_staleness());
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(const Settings& settings) {
  if (!settings.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  for (const auto& [path, pem] :
       {std::pair{&settings.ca_file, &options.pem_root_certs}, std::pair{&settings.cert_file, &options.pem_cert_chain},
        std::pair{&settings.key_file, &options.pem_private_key}}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> text = ReadFile(*path);
    if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
    *pem = *std::move(text);
  }
  return grpc::SslCredentials(options);
}

}  // namespace

GatewayClient::GatewayClient(std::shared_ptr<grpc::Channel> channel, std::chrono::system_clock::time_point deadline)
    : channel_(std::move(channel)), stub_(v1::TaskService::NewStub(channel_)), deadline_(deadline) {}

absl::StatusOr<GatewayClient> GatewayClient::Create(const Settings& settings) {
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = Credentials(settings);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix("taskctl/" TASKGATEWAY_VERSION);
  // A proxy for the web, which many machines name in their environment, does not lead to the gateway.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!settings.server_name.empty()) arguments.SetSslTargetNameOverride(settings.server_name);
  return GatewayClient(
      grpc::CreateCustomChannel(settings.server, *credentials, arguments),
      std::chrono::system_clock::now() + absl::ToChronoMilliseconds(settings.timeout.value_or(kTimeout)));
}

google::rpc::Status GatewayClient::GetTask(const GetCommand& command, v1::Task& answer) {
  v1::GetTaskRequest request;
  request.set_name(command.names.front());
  SetReading(command, request);
  return Ask(deadline_, [&](grpc::ClientContext& context) { return stub_->GetTask(&context, request, &answer); });
}

google::rpc::Status GatewayClient::BatchGetTasks(const GetCommand& command, v1::BatchGetTasksResponse& answer) {
  const int count = static_cast<int>(command.names.size());
  for (int first = 0; first < count; first += kNamesPerBatch) {
    v1::BatchGetTasksRequest request;
    for (int i = first; i < std::min(count, first + kNamesPerBatch); ++i) request.add_names(command.names[i]);
    request.set_return_partial_success(true);
    SetReading(command, request);
    v1::BatchGetTasksResponse part;
    google::rpc::Status status =
        Ask(deadline_, [&](grpc::ClientContext& context) { return stub_->BatchGetTasks(&context, request, &part); });
    if (status.code() != 0) return status;
    for (auto& failure : *part.mutable_failures()) failure.set_index(first + failure.index());
    answer.MergeFrom(part);
  }
  return google::rpc::Status();
}

google::rpc::Status GatewayClient::ListSources(v1::ListSourcesResponse& answer) {
  return Ask(deadline_, [&](grpc::ClientContext& context) {
    return stub_->ListSources(&context, v1::ListSourcesRequest(), &answer);
  });
}

google::rpc::Status GatewayClient::CheckHealth(const HealthCommand& command, bool& serving) {
  // The distribution has no stubs of grpc.health.v1. These two messages have its fields' numbers and types.
  google::protobuf::StringValue request;  // HealthCheckRequest.service
  google::protobuf::Int32Value response;  // HealthCheckResponse.status
  request.set_value(command.service);
  grpc::ClientContext context;
  context.set_deadline(deadline_);
  LiveCall call(context);
  grpc::TemplatedGenericStub<google::protobuf::StringValue, google::protobuf::Int32Value> stub(channel_);
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                 [&call](const grpc::Status& status) { call.Ended(status); });
  google::rpc::Status status = ToRpcStatus(call.Await([] { return true; }));
  constexpr int kServing = 1;
  serving = response.value() == kServing;
  return status;
}

google::rpc::Status GatewayClient::ListTasks(const ListCommand& command, v1::ListTasksResponse& answer) {
  v1::ListTasksRequest request;
  request.set_parent(command.parent);
  request.set_provisioned_product_id(command.provisioned_product_id);
  // The same for each page: a token is bound to it.
  request.set_page_size(std::min(command.limit, kTasksPerPage));
  do {
    v1::ListTasksResponse page;
    google::rpc::Status status =
        Ask(deadline_, [&](grpc::ClientContext& context) { return stub_->ListTasks(&context, request, &page); });
    if (status.code() != 0) return status;
    answer.mutable_tasks()->MergeFrom(page.tasks());
    request.set_page_token(page.next_page_token());
  } while (answer.tasks_size() < command.limit && !request.page_token().empty());
  answer.set_next_page_token(request.page_token());
  if (answer.tasks_size() > command.limit) {
    answer.mutable_tasks()->DeleteSubrange(command.limit, answer.tasks_size() - command.limit);
    answer.set_next_page_token("more");
  }
  return google::rpc::Status();
}

google::rpc::Status GatewayClient::CancelTask(const CancelCommand& command, v1::Task& answer) {
  v1::CancelTaskRequest request;
  request.set_name(command.name);
  return Ask(deadline_, [&](grpc::ClientContext& context) { return stub_->CancelTask(&context, request, &answer); });
}

google::rpc::Status GatewayClient::WaitTask(const v1::WaitTaskRequest& request, absl::Duration limit,
                                            const KeepGoing& keep_going, v1::WaitTaskResponse& answer) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(limit));
  LiveCall call(context);
  stub_->async()->WaitTask(&context, &request, &answer, [&call](const grpc::Status& status) { call.Ended(status); });
  return ToRpcStatus(call.Await(keep_going));
}

google::rpc::Status GatewayClient::WatchTasks(const v1::WatchTasksRequest& request, const KeepGoing& keep_going,
                                              const std::function<void(const v1::WatchTasksResponse&)>& on_event) {
  grpc::ClientContext context;
  EventReader<v1::WatchTasksResponse> reader(context);
  stub_->async()->WatchTasks(&context, &request, &reader);
  return ToRpcStatus(reader.ReadAll(keep_going, on_event));
}

google::rpc::Status GatewayClient::ReadTaskLogs(const v1::ReadTaskLogsRequest& request, const KeepGoing& keep_going,
                                                const std::function<void(const v1::ReadTaskLogsResponse&)>& on_chunk) {
  grpc::ClientContext context;
  EventReader<v1::ReadTaskLogsResponse> reader(context);
  stub_->async()->ReadTaskLogs(&context, &request, &reader);
  return ToRpcStatus(reader.ReadAll(keep_going, on_chunk));
}

}  // namespace taskgateway::taskctl

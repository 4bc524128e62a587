// The least that a gRPC server can do with a GetTask: parse the request and answer what was made before.
//
//   bare_echo raw|typed PORTS_FILE    answers bytes as they are, or copies a message that gRPC serializes; writes
//                                     {"grpc": port} to the file when it serves, until it is killed
#include <iostream>
#include <string>

#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/bench/bare_server.h"

namespace taskgateway::bench {
namespace {

// A task as Service Catalog's are: 32 values, ten of them in its five outputs; 1,012 bytes on the wire.
v1::Task Reply() {
  v1::Task task;
  task.set_name("sources/service-catalog/tasks/task-bp1dmg242c71cf");
  task.set_source("sources/service-catalog");
  task.set_uid("task-bp1dmg242c71cf");
  task.set_state(v1::Task::SUCCEEDED);
  task.set_done(true);
  task.set_source_status("Succeeded");
  task.set_action(v1::Task::CREATE);
  task.set_source_action("LaunchProduct");
  v1::TaskTarget& target = *task.mutable_target();
  target.set_product("ServiceCatalog");
  target.set_resource_type("ProvisionedProduct");
  target.set_resource_id("pp-bp1ddg1n2a9cd1");
  target.set_region_id("cn-hangzhou");
  task.mutable_create_time()->set_seconds(1'653'277'562);
  task.mutable_update_time()->set_seconds(1'653'277'582);
  task.mutable_read_time()->set_seconds(1'653'277'583);
  task.mutable_read_time()->set_nanos(250'000'000);
  task.set_source_request_id("0FEEF92D-4052-5202-87D0-3D8EC16F81BF");
  task.set_etag("5f0c7be2a9d34816");
  v1::ServiceCatalogDetails& details = *task.mutable_service_catalog();
  details.set_product_id("prod-bp18r7q127u45k");
  details.set_product_name("DEMO-create ECS");
  details.set_provisioned_product_id("pp-bp1ddg1n2a9cd1");
  details.set_provisioned_product_name("DEMO-ECS instance 01");
  constexpr int kOutputs = 5;
  constexpr std::size_t kValueBytes = 111;
  for (int i = 0; i < kOutputs; ++i) {
    v1::TaskOutput& output = *task.add_outputs();
    output.set_key("instance_id");
    output.set_value(std::string(kValueBytes, 'x'));
  }
  return task;
}

class RawEcho final : public v1::TaskService::WithRawCallbackMethod_GetTask<v1::TaskService::CallbackService> {
 public:
  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    v1::GetTaskRequest message;
    grpc::ByteBuffer bytes(*request);
    const grpc::Status parsed = grpc::SerializationTraits<v1::GetTaskRequest>::Deserialize(&bytes, &message);
    if (parsed.ok()) *response = grpc::ByteBuffer(&reply_, 1);
    reactor->Finish(parsed);
    return reactor;
  }

 private:
  const grpc::Slice reply_{Reply().SerializeAsString()};
};

class TypedEcho final : public v1::TaskService::CallbackService {
 public:
  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const v1::GetTaskRequest*,
                                    v1::Task* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    *response = reply_;
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::Task reply_ = Reply();
};

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string kind = argc == 3 ? argv[1] : "";
  if (kind == "raw") {
    taskgateway::bench::RawEcho service;
    return taskgateway::bench::Serve(service, argv[2]);
  }
  if (kind == "typed") {
    taskgateway::bench::TypedEcho service;
    return taskgateway::bench::Serve(service, argv[2]);
  }
  std::cerr << "usage: bare_echo raw|typed PORTS_FILE\n";
  return 64;
}

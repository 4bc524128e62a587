// The google.longrunning.Operations facade, over real sockets.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/longrunning/operations.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

namespace lro = google::longrunning;
using grpc::StatusCode;
using simulator::Api;

class OperationsTest : public GatewayTest {
 protected:
  void Start() {
    StartGateway();
    operations_ = lro::Operations::NewStub(channel());
  }
  grpc::Status GetOperation(const std::string& name, lro::Operation* operation) {
    grpc::ClientContext context;
    lro::GetOperationRequest request;
    request.set_name(name);
    return operations_->GetOperation(&context, request, operation);
  }
  grpc::Status CancelOperation(const std::string& name) {
    grpc::ClientContext context;
    lro::CancelOperationRequest request;
    request.set_name(name);
    google::protobuf::Empty empty;
    return operations_->CancelOperation(&context, request, &empty);
  }
  // A task of Cloud Control that stays as it is.
  lro::Operation OperationIn(const std::string& step) {
    Play("tasks: [{api: cloud_control, id: t, steps: [{" + step + "}]}]");
    lro::Operation operation;
    const grpc::Status status = GetOperation("sources/cc/operations/t", &operation);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return operation;
  }
  static v1::Task TaskIn(const google::protobuf::Any& any) {
    v1::Task task;
    EXPECT_TRUE(any.UnpackTo(&task)) << any.type_url();
    return task;
  }

  std::unique_ptr<lro::Operations::Stub> operations_;
};

TEST_F(OperationsTest, ARunningTaskIsMetadataAlone) {
  Start();
  for (const char* status : {"Pending", "Running", "Cancelling", "Strange"}) {
    const lro::Operation operation = OperationIn(absl::StrCat("status: ", status));
    EXPECT_EQ(operation.name(), "sources/cc/operations/t");
    EXPECT_FALSE(operation.done()) << status;
    EXPECT_EQ(operation.result_case(), lro::Operation::RESULT_NOT_SET) << status;
    EXPECT_EQ(TaskIn(operation.metadata()).name(), "sources/cc/tasks/t");
    TearDown();
    Start();
  }
}

TEST_F(OperationsTest, ASucceededTaskIsTheResponse) {
  Start();
  const lro::Operation operation = OperationIn("status: Succeeded");
  EXPECT_TRUE(operation.done());
  EXPECT_EQ(operation.result_case(), lro::Operation::kResponse);
  EXPECT_EQ(TaskIn(operation.response()).state(), v1::Task::SUCCEEDED);
  EXPECT_EQ(TaskIn(operation.metadata()).state(), v1::Task::SUCCEEDED);
}

TEST_F(OperationsTest, AFailedTaskIsAnErrorWithItsRootCause) {
  Start();
  const lro::Operation operation = OperationIn(
      R"(status: Failed, error: {code: OperationFailure.OperationFailed, message: '{"errorCode":"InvalidRamUser.NoPermission","errorMsg":"may not"}'})");
  EXPECT_TRUE(operation.done());
  EXPECT_EQ(operation.result_case(), lro::Operation::kError);
  EXPECT_EQ(operation.error().code(), static_cast<int>(StatusCode::PERMISSION_DENIED));
  EXPECT_EQ(operation.error().message(), "may not");
  EXPECT_EQ(TaskIn(operation.metadata()).error().root_code(), "InvalidRamUser.NoPermission");
}

TEST_F(OperationsTest, AFailedTaskWithoutAReasonIsStillAnError) {
  Start();
  const lro::Operation operation = OperationIn("status: Failed, fields: {error: null}");
  EXPECT_EQ(operation.error().code(), static_cast<int>(StatusCode::UNKNOWN));
  EXPECT_NE(operation.error().message(), "");
}

TEST_F(OperationsTest, ACancelledTaskIsAnError) {
  Start();
  const lro::Operation operation = OperationIn("status: Cancelled");
  EXPECT_TRUE(operation.done());
  EXPECT_EQ(operation.error().code(), static_cast<int>(StatusCode::CANCELLED));
}

TEST_F(OperationsTest, TheResponseHasNoLogs) {
  Start();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: Succeeded}], log: {entries: 2, end_bytes: 2KiB}}]");
  lro::Operation operation;
  ASSERT_TRUE(GetOperation("sources/sc/operations/t", &operation).ok());
  EXPECT_EQ(TaskIn(operation.response()).logs_size(), 0);
  EXPECT_EQ(TaskIn(operation.response()).log_summary().entry_count(), 2);
}

TEST_F(OperationsTest, AHugeTaskFitsTwice) {
  Start();
  Play(absl::StrCat("tasks: [{api: service_catalog, id: t, fields: {Outputs: [{OutputKey: k, OutputValue: \"",
                    std::string(3'000'000, 'x'), "\"}]}, steps: [{status: Succeeded}]}]"));
  lro::Operation operation;
  const grpc::Status status = GetOperation("sources/sc/operations/t", &operation);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_LE(operation.ByteSizeLong(), std::size_t{3584} << 10);
  EXPECT_TRUE(TaskIn(operation.response()).outputs(0).truncated());
}

TEST_F(OperationsTest, AnOperationThatDoesNotExistIsNotFound) {
  Start();
  lro::Operation operation;
  EXPECT_EQ(ReasonOf(GetOperation("sources/cc/operations/none", &operation)), "TASK_NOT_FOUND");
  EXPECT_EQ(ReasonOf(GetOperation("sources/none/operations/t", &operation)), "SOURCE_NOT_FOUND");
  EXPECT_EQ(GetOperation("operations/t", &operation).error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(OperationsTest, AWaitEndsWithTheTask) {
  Start();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}, {at_request: 3, status: Succeeded}]}]");
  grpc::ClientContext context;
  lro::WaitOperationRequest request;
  request.set_name("sources/cc/operations/t");
  lro::Operation operation;
  ASSERT_TRUE(operations_->WaitOperation(&context, request, &operation).ok());
  EXPECT_TRUE(operation.done());
  EXPECT_EQ(Reads(Api::kCloudControl), 3u);
}

TEST_F(OperationsTest, AWaitOf0AnswersWithTheLatest) {
  Start();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  grpc::ClientContext context;
  lro::WaitOperationRequest request;
  request.set_name("sources/cc/operations/t");
  request.mutable_timeout();
  lro::Operation operation;
  ASSERT_TRUE(operations_->WaitOperation(&context, request, &operation).ok());
  EXPECT_FALSE(operation.done());
}

TEST_F(OperationsTest, AListIsOfOneProduct) {
  Start();
  Play(R"(tasks:
- {api: service_catalog, id: old, fields: {ProvisionedProductId: pp}, steps: [{status: Failed}]}
- {api: service_catalog, id: new, fields: {ProvisionedProductId: pp}, steps: [{status: InProgress}]})");
  lro::ListOperationsRequest request;
  request.set_name("sources/sc");
  request.set_filter("provisioned_product_id = \"pp\"");
  request.set_page_size(1);
  lro::ListOperationsResponse page;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(operations_->ListOperations(&context, request, &page).ok());
  }
  ASSERT_EQ(page.operations_size(), 1);
  EXPECT_EQ(page.operations(0).name(), "sources/sc/operations/new");
  request.set_page_token(page.next_page_token());
  {
    grpc::ClientContext context;
    ASSERT_TRUE(operations_->ListOperations(&context, request, &page).ok());
  }
  EXPECT_EQ(page.operations(0).name(), "sources/sc/operations/old");
  EXPECT_TRUE(page.operations(0).has_error());
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(OperationsTest, AListWithoutItsFilterIsRefused) {
  Start();
  for (const char* filter : {"", "pp", "provisioned_product_id=pp", "done=true", "provisioned_product_id=\"\""}) {
    grpc::ClientContext context;
    lro::ListOperationsRequest request;
    request.set_name("sources/sc");
    request.set_filter(filter);
    lro::ListOperationsResponse page;
    const grpc::Status status = operations_->ListOperations(&context, request, &page);
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << filter;
    EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "filter");
  }
}

TEST_F(OperationsTest, CancelCancels) {
  Start();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  EXPECT_TRUE(CancelOperation("sources/cc/operations/t").ok());
  lro::Operation operation;
  ASSERT_TRUE(GetOperation("sources/cc/operations/t", &operation).ok());
  EXPECT_EQ(TaskIn(operation.metadata()).state(), v1::Task::CANCELLING);
}

TEST_F(OperationsTest, ToCancelAFinishedOneIsOk) {
  Start();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  EXPECT_TRUE(CancelOperation("sources/cc/operations/t").ok()) << "the upstream knows that it has ended";
  lro::Operation operation;
  ASSERT_TRUE(GetOperation("sources/cc/operations/t", &operation).ok());
  EXPECT_TRUE(CancelOperation("sources/cc/operations/t").ok()) << "the gateway does";
}

TEST_F(OperationsTest, NotEverySourceCanCancel) {
  Start();
  EXPECT_EQ(ReasonOf(CancelOperation("sources/sc/operations/t")), "CANCEL_UNSUPPORTED_BY_SOURCE");
}

TEST_F(OperationsTest, DeleteIsUnimplemented) {
  Start();
  grpc::ClientContext context;
  lro::DeleteOperationRequest request;
  request.set_name("sources/cc/operations/t");
  google::protobuf::Empty empty;
  const grpc::Status status = operations_->DeleteOperation(&context, request, &empty);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "DELETE_UNSUPPORTED");
}

}  // namespace
}  // namespace taskgateway::e2e

#include "gateway/rpc/call_metrics.h"

#include <google/protobuf/descriptor.h>

#include <set>
#include <string>

#include "google/longrunning/operations.pb.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/task_service.pb.h"

namespace taskgateway::rpc {
namespace {

TEST(CallMetricsTest, EveryMethodOfTheServicesIsCountedUnderItsName) {
  std::set<std::string> counted;
  for (std::size_t i = 0; i < kMethods; ++i) {
    const MethodName& name = NameOf(static_cast<Method>(i));
    counted.insert(std::string(name.type) + " " + std::string(name.service) + "." + std::string(name.method));
  }
  std::set<std::string> served;
  for (const google::protobuf::FileDescriptor* file :
       {v1::GetTaskRequest::descriptor()->file(), google::longrunning::Operation::descriptor()->file()}) {
    const google::protobuf::ServiceDescriptor& service = *file->service(0);
    for (int i = 0; i < service.method_count(); ++i) {
      const google::protobuf::MethodDescriptor& method = *service.method(i);
      served.insert((method.server_streaming() ? "server_stream " : "unary ") + method.full_name());
    }
  }
  EXPECT_EQ(counted, served);
}

TEST(CallMetricsTest, CodesAreWrittenAsGrpcServersWriteThem) {
  EXPECT_EQ(CodeWord(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeWord(grpc::StatusCode::CANCELLED), "Canceled");
  EXPECT_EQ(CodeWord(grpc::StatusCode::NOT_FOUND), "NotFound");
  EXPECT_EQ(CodeWord(grpc::StatusCode::RESOURCE_EXHAUSTED), "ResourceExhausted");
  EXPECT_EQ(CodeWord(grpc::StatusCode::UNAVAILABLE), "Unavailable");
  EXPECT_EQ(CodeWord(grpc::StatusCode::UNAUTHENTICATED), "Unauthenticated");
}

TEST(CallMetricsTest, OpenCallsAreThoseThatHaveNotEnded) {
  CallMetrics::OfMethod calls;
  EXPECT_EQ(calls.open(), 0u);
  calls.started.Add(3);
  calls.handled[0].Add();
  calls.handled[14].Add();
  EXPECT_EQ(calls.open(), 1u);
}

}  // namespace
}  // namespace taskgateway::rpc

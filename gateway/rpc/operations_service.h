// google.longrunning.Operations at the gRPC edge: the same tasks for clients that know long-running operations alone.
#pragma once

#include "gateway/rpc/read_request.h"
#include "google/longrunning/operations.grpc.pb.h"
#include "grpcpp/grpcpp.h"

namespace taskgateway::rpc {

// The service. An operation is `sources/{source}/operations/{task}`. GetOperation, WaitOperation, ListOperations and
// CancelOperation do what GetTask, WaitTask, ListTasks and CancelTask do, and fail as these do; but to cancel an
// operation that has ended is OK. DeleteOperation is UNIMPLEMENTED DELETE_UNSUPPORTED. Threads as of TaskService.
class OperationsService final : public google::longrunning::Operations::CallbackService {
 public:
  // The loop runs until every call has ended.
  explicit OperationsService(const Tasks& tasks) : tasks_(tasks) {}

  grpc::ServerUnaryReactor* GetOperation(grpc::CallbackServerContext* context,
                                         const google::longrunning::GetOperationRequest* request,
                                         google::longrunning::Operation* response) override;
  grpc::ServerUnaryReactor* WaitOperation(grpc::CallbackServerContext* context,
                                          const google::longrunning::WaitOperationRequest* request,
                                          google::longrunning::Operation* response) override;
  grpc::ServerUnaryReactor* ListOperations(grpc::CallbackServerContext* context,
                                           const google::longrunning::ListOperationsRequest* request,
                                           google::longrunning::ListOperationsResponse* response) override;
  grpc::ServerUnaryReactor* CancelOperation(grpc::CallbackServerContext* context,
                                            const google::longrunning::CancelOperationRequest* request,
                                            google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* DeleteOperation(grpc::CallbackServerContext* context,
                                            const google::longrunning::DeleteOperationRequest* request,
                                            google::protobuf::Empty* response) override;

 private:
  absl::Duration DeadlineOf(const grpc::CallbackServerContext& context) const;

  Tasks tasks_;
};

}  // namespace taskgateway::rpc

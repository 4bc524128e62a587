// TaskService at the gRPC edge: thin reactors over gateway/tasks.
#pragma once

#include "gateway/rpc/read_request.h"
#include "grpcpp/grpcpp.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::rpc {

// The service. GetTask, WaitTask, WatchTasks and ReadTaskLogs are raw methods: a task is serialized once per
// reading and view, an event once, and shared by all who get it; a log is copied once, chunk by chunk.
//
// gRPC's threads parse and check, and answer GetTask from the cache; what needs more is posted to the loop, which also
// finishes the call. Nothing blocks.
class TaskService final
    : public v1::TaskService::WithRawCallbackMethod_GetTask<
          v1::TaskService::WithRawCallbackMethod_WaitTask<v1::TaskService::WithRawCallbackMethod_WatchTasks<
              v1::TaskService::WithRawCallbackMethod_ReadTaskLogs<v1::TaskService::WithCallbackMethod_BatchGetTasks<
                  v1::TaskService::WithCallbackMethod_ListTasks<v1::TaskService::WithCallbackMethod_CancelTask<
                      v1::TaskService::WithCallbackMethod_ListSources<v1::TaskService::Service>>>>>>>> {
 public:
  // The loop runs until every call has ended.
  explicit TaskService(const Tasks& tasks);

  grpc::ServerUnaryReactor* GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* BatchGetTasks(grpc::CallbackServerContext* context, const v1::BatchGetTasksRequest* request,
                                          v1::BatchGetTasksResponse* response) override;
  grpc::ServerUnaryReactor* WaitTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchTasks(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadTaskLogs(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* ListTasks(grpc::CallbackServerContext* context, const v1::ListTasksRequest* request,
                                      v1::ListTasksResponse* response) override;
  grpc::ServerUnaryReactor* CancelTask(grpc::CallbackServerContext* context, const v1::CancelTaskRequest* request,
                                       v1::Task* response) override;
  grpc::ServerUnaryReactor* ListSources(grpc::CallbackServerContext* context, const v1::ListSourcesRequest* request,
                                        v1::ListSourcesResponse* response) override;

 private:
  Tasks tasks_;
  v1::ListSourcesResponse sources_;  // never changes
};

}  // namespace taskgateway::rpc

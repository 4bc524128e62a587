// TaskService.BatchGetTasks.
#pragma once

#include <string>
#include <vector>

#include "gateway/rpc/loop_call.h"
#include "gateway/rpc/read_request.h"

namespace taskgateway::rpc {

// Reads every name at once; concurrent reads of one task are one upstream call as everywhere.
class BatchGetTasksCall final : public LoopCall {
 public:
  // `request` and `response` are gRPC's and live until the call is done; `deadline` is Uptime.
  BatchGetTasksCall(const Tasks& tasks, CallRecord record, const v1::BatchGetTasksRequest& request,
                    std::vector<absl::StatusOr<tasks::ReadRequest>> reads, absl::Duration deadline,
                    v1::BatchGetTasksResponse* response);

 private:
  void Begin() override;
  void Abandon() override;
  void Heard(std::size_t index, absl::StatusOr<tasks::SharedReading> answer);
  void AnswerAll();

  Tasks tasks_;
  const v1::BatchGetTasksRequest& request_;
  std::vector<absl::StatusOr<tasks::ReadRequest>> requests_;
  const absl::Duration deadline_;
  v1::BatchGetTasksResponse* const response_;
  std::vector<Read> reads_;
  std::vector<absl::StatusOr<tasks::SharedReading>> answers_;
  std::size_t missing_;
  bool over_ = false;
};

}  // namespace taskgateway::rpc

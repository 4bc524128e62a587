#include "gateway/rpc/batch_get_tasks.h"

#include <algorithm>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::rpc {

BatchGetTasksCall::BatchGetTasksCall(const Tasks& tasks, CallRecord record, const v1::BatchGetTasksRequest& request,
                                     std::vector<absl::StatusOr<tasks::ReadRequest>> reads, absl::Duration deadline,
                                     v1::BatchGetTasksResponse* response)
    : LoopCall(tasks.loop, std::move(record)),
      tasks_(tasks),
      request_(request),
      requests_(std::move(reads)),
      deadline_(deadline),
      response_(response),
      reads_(requests_.size()),
      answers_(requests_.size(), absl::UnknownError("not read yet")),
      missing_(requests_.size()) {}

void BatchGetTasksCall::Begin() {
  for (std::size_t i = 0; i < requests_.size() && !over_; ++i) {
    if (!requests_[i].ok()) {
      Heard(i, requests_[i].status());
      continue;
    }
    requests_[i]->deadline = deadline_;
    requests_[i]->parent_span = span();
    reads_[i].Start(tasks_, *std::move(requests_[i]),
                    [this, i](absl::StatusOr<tasks::SharedReading> answer) { Heard(i, std::move(answer)); });
  }
}

void BatchGetTasksCall::Abandon() {
  over_ = true;
  for (Read& read : reads_) read.Leave(tasks_);
}

void BatchGetTasksCall::Heard(std::size_t index, absl::StatusOr<tasks::SharedReading> answer) {
  if (!answer.ok() && !request_.return_partial_success()) {
    Abandon();
    Answer(answer.status());
    return;
  }
  answers_[index] = std::move(answer);
  if (--missing_ == 0) AnswerAll();
}

void BatchGetTasksCall::AnswerAll() {
  over_ = true;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (answers_[i].ok()) {
      *response_->add_tasks() = (*answers_[i])->task();
    } else {
      v1::BatchGetTasksFailure& failure = *response_->add_failures();
      failure.set_name(request_.names(static_cast<int>(i)));
      failure.set_index(static_cast<std::int32_t>(i));
      *failure.mutable_status() = core::ToRpcStatus(answers_[i].status());
    }
  }
  // 100 failures at the status cap take less than an eighth of the answer.
  std::size_t for_tasks = tasks::kMaxReplyBytes;
  for (const v1::BatchGetTasksFailure& failure : response_->failures()) for_tasks -= failure.ByteSizeLong() + 8;
  tasks::FitTasks(for_tasks, response_->mutable_tasks());
  Answer(absl::OkStatus());
}

}  // namespace taskgateway::rpc

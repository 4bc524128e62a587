#include "gateway/rpc/operations_service.h"

#include <memory>
#include <string>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/cancel_task.h"
#include "gateway/rpc/get_task.h"
#include "gateway/rpc/list_tasks.h"
#include "gateway/rpc/operation.h"
#include "gateway/rpc/wait_task.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::rpc {
namespace {

namespace lro = google::longrunning;

// Of an answer that is made of one task.
constexpr std::size_t kMaxTaskBytes = (tasks::kMaxReplyBytes - kBesideOperationTask) / 2;
// Of all tasks of a page, which has up to 100.
constexpr std::size_t kMaxPageBytes = (tasks::kMaxReplyBytes - 100 * kBesideOperationTask) / 2;

// Which task an operation is. Errors: INVALID_ARGUMENT, NOT_FOUND SOURCE_NOT_FOUND.
absl::StatusOr<tasks::FollowTarget> ToTarget(const std::string& name, const tasks::Sources& sources) {
  absl::StatusOr<TaskName> parsed = ParseOperationName(name, "name");
  if (!parsed.ok()) return std::move(parsed).status();
  const absl::StatusOr<tasks::Source*> source = FindSource(parsed->source, sources);
  if (!source.ok()) return source.status();
  return tasks::FollowTarget{.source = *source, .task_id = std::move(parsed->task)};
}

lro::Operation FittingOperation(v1::Task task) {
  tasks::FitReply(kMaxTaskBytes, &task);
  return ToOperation(task);
}

// Cancels, and does not mind when the task has ended before.
class CancelOperationCall final : public LoopCall {
 public:
  CancelOperationCall(const Tasks& tasks, CallRecord record, tasks::FollowTarget target, absl::Duration deadline)
      : LoopCall(tasks.loop, std::move(record)), tasks_(tasks), target_(std::move(target)), deadline_(deadline) {}

 private:
  void Begin() override {
    cancel_ = tasks_.canceller.Cancel(
        *target_.source, target_.task_id, deadline_,
        [this](const absl::Status& status) {
          Answer(core::ReasonOf(status) == "TASK_ALREADY_DONE" ? absl::OkStatus() : status);
        },
        span());
  }
  void Abandon() override { tasks_.canceller.Leave(cancel_); }

  Tasks tasks_;
  const tasks::FollowTarget target_;
  const absl::Duration deadline_;
  tasks::TaskCanceller::CancelId cancel_ = 0;
};

template <typename Call>
grpc::ServerUnaryReactor* Launched(const std::shared_ptr<Call>& call) {
  call->Launch();
  return call.get();
}

}  // namespace

absl::Duration OperationsService::DeadlineOf(const grpc::CallbackServerContext& context) const {
  return rpc::DeadlineOf(context.deadline(), tasks_.loop.clock());
}

grpc::ServerUnaryReactor* OperationsService::GetOperation(grpc::CallbackServerContext* context,
                                                          const lro::GetOperationRequest* request,
                                                          lro::Operation* response) {
  CallRecord record(tasks_.call_records, Method::kGetOperation, *context);
  record.SetName(request->name());
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request->name(), tasks_.sources);
  if (!target.ok()) return EndNow(context, record, target.status());
  tasks::ReadRequest read;
  read.source = target->source;
  read.task_id = std::move(target->task_id);
  read.deadline = DeadlineOf(*context);
  return Launched(std::make_shared<GetTaskCall>(
      tasks_, std::move(record), std::move(read),
      [response](const tasks::SharedReading& reading) { *response = FittingOperation(reading->task()); }));
}

grpc::ServerUnaryReactor* OperationsService::WaitOperation(grpc::CallbackServerContext* context,
                                                           const lro::WaitOperationRequest* request,
                                                           lro::Operation* response) {
  CallRecord record(tasks_.call_records, Method::kWaitOperation, *context);
  record.SetName(request->name());
  WaitOrder order;
  if (request->has_timeout()) {
    order.terms.timeout = ToDuration(request->timeout());
    if (!order.terms.timeout) {
      return EndNow(context, record, core::InvalidField("timeout", "must be 0 or more; leave it out for the longest"));
    }
  }
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request->name(), tasks_.sources);
  if (!target.ok()) return EndNow(context, record, target.status());
  order.target = *std::move(target);
  order.terms.deadline = DeadlineOf(*context);
  CallLimit::Place place = tasks_.call_limit.Take();
  if (!place) return EndNow(context, record, core::TooManyCalls());
  return Launched(std::make_shared<WaitTaskCall>(
      tasks_, std::move(record), std::move(place), std::move(order),
      [response](const tasks::WaitResult& result) { *response = FittingOperation(result.reading->task()); }));
}

grpc::ServerUnaryReactor* OperationsService::ListOperations(grpc::CallbackServerContext* context,
                                                            const lro::ListOperationsRequest* request,
                                                            lro::ListOperationsResponse* response) {
  CallRecord record(tasks_.call_records, Method::kListOperations, *context);
  record.SetName(request->name());
  // What may be wrong is named as the caller named it.
  const absl::StatusOr<std::string> source = ParseSourceName(request->name(), "name");
  if (!source.ok()) return EndNow(context, record, source.status());
  absl::StatusOr<std::string> product = ProductOfFilter(request->filter());
  if (!product.ok()) return EndNow(context, record, product.status());
  v1::ListTasksRequest list;
  list.set_parent(request->name());
  list.set_page_size(request->page_size());
  list.set_page_token(request->page_token());
  list.set_provisioned_product_id(*std::move(product));
  absl::StatusOr<ListOrder> order = ToList(list, tasks_.sources);
  if (!order.ok()) return EndNow(context, record, order.status());
  return Launched(std::make_shared<ListTasksCall>(tasks_, std::move(record), *std::move(order), DeadlineOf(*context),
                                                  kMaxPageBytes, [response](const v1::ListTasksResponse& page) {
                                                    for (const v1::Task& task : page.tasks())
                                                      *response->add_operations() = ToOperation(task);
                                                    response->set_next_page_token(page.next_page_token());
                                                  }));
}

grpc::ServerUnaryReactor* OperationsService::CancelOperation(grpc::CallbackServerContext* context,
                                                             const lro::CancelOperationRequest* request,
                                                             google::protobuf::Empty*) {
  CallRecord record(tasks_.call_records, Method::kCancelOperation, *context);
  record.SetName(request->name());
  absl::StatusOr<tasks::FollowTarget> target = ToTarget(request->name(), tasks_.sources);
  if (!target.ok()) return EndNow(context, record, target.status());
  if (absl::Status checked = CheckCancels(*target->source); !checked.ok()) return EndNow(context, record, checked);
  return Launched(
      std::make_shared<CancelOperationCall>(tasks_, std::move(record), *std::move(target), DeadlineOf(*context)));
}

grpc::ServerUnaryReactor* OperationsService::DeleteOperation(grpc::CallbackServerContext* context,
                                                             const lro::DeleteOperationRequest* request,
                                                             google::protobuf::Empty*) {
  CallRecord record(tasks_.call_records, Method::kDeleteOperation, *context);
  record.SetName(request->name());
  return EndNow(context, record, core::DeleteUnsupported());
}

}  // namespace taskgateway::rpc

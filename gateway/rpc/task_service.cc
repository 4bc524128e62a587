#include "gateway/rpc/task_service.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/batch_get_tasks.h"
#include "gateway/rpc/cancel_task.h"
#include "gateway/rpc/get_task.h"
#include "gateway/rpc/list_tasks.h"
#include "gateway/rpc/message_bytes.h"
#include "gateway/rpc/read_task_logs.h"
#include "gateway/rpc/wait_task.h"
#include "gateway/rpc/watch_tasks.h"
#include "gateway/tasks/poll_interval.h"
#include "gateway/tasks/reply_size.h"

namespace taskgateway::rpc {
namespace {

v1::Source Describe(const tasks::Source& source) {
  const Traits& traits = source.adapter().traits();
  v1::Source described;
  described.set_name(absl::StrCat("sources/", source.name));
  described.set_kind(std::string(traits.kind));
  described.set_account(source.account);
  described.set_endpoint(source.channel.endpoint.url);
  v1::SourceCapabilities& capabilities = *described.mutable_capabilities();
  capabilities.set_cancel(traits.can_cancel);
  capabilities.set_list(traits.can_list);
  capabilities.set_logs(traits.has_logs);
  capabilities.set_latest_alias(traits.has_latest_alias);
  for (std::size_t i = 0; i < traits.operations.size(); ++i) {
    const upstream::BudgetLimits& limits = source.budgets[i]->limits();
    v1::SourceBudget& budget = *described.add_budgets();
    budget.set_operation(std::string(traits.operations[i].name));
    budget.set_requests_per_second(limits.requests_per_second);
    budget.set_burst(limits.burst);
    if (i == 0) {
      budget.set_task_capacity(
          static_cast<int>(limits.requests_per_second * absl::ToDoubleSeconds(tasks::kMaxPollInterval)));
    }
  }
  return described;
}

// A stream that is refused.
class RefusedStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  RefusedStream(CallRecord& record, const absl::Status& status) { Finish(record.EndStream(status)); }

 private:
  void OnDone() override { delete this; }
};

absl::Status Malformed(const google::protobuf::Message& request) {
  return core::InvalidField("request", absl::StrCat("is not a serialized ", request.GetDescriptor()->full_name()));
}

}  // namespace

TaskService::TaskService(const Tasks& tasks) : tasks_(tasks) {
  for (const auto& source : tasks.sources.all()) *sources_.add_sources() = Describe(*source);
}

grpc::ServerUnaryReactor* TaskService::GetTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) {
  CallRecord record(tasks_.call_records, Method::kGetTask, *context);
  v1::GetTaskRequest message;
  if (!ParseRequest(*request, &message)) return EndNow(context, record, Malformed(message));
  absl::StatusOr<tasks::ReadRequest> read = ToRead(message, tasks_.sources);
  record.SetName(std::move(*message.mutable_name()));
  if (!read.ok()) return EndNow(context, record, read.status());
  // Only the name of one source's task is a key of the cache. Who accepts nothing that it may have is looked up once,
  // on the loop, which counts and knows of the task's end first.
  if (read->source != nullptr && read->max_staleness > absl::ZeroDuration()) {
    tasks::TaskCache& cache = tasks_.reader.cache();
    tasks::TaskCache::Found found = cache.Find(record.name(), read->max_staleness, read->raw);
    if (found.fresh) {
      cache.counters().hits.Add();
      if (found.reading == nullptr) return EndNow(context, record, found.not_found);
      *response = ToByteBuffer(std::move(found.reading), message.view());
      return EndNow(context, record, absl::OkStatus());
    }
  }
  read->deadline = DeadlineOf(context->deadline(), tasks_.loop.clock());
  auto call = std::make_shared<GetTaskCall>(tasks_, std::move(record), *std::move(read),
                                            [response, view = message.view()](tasks::SharedReading reading) {
                                              *response = ToByteBuffer(std::move(reading), view);
                                            });
  call->Launch();
  return call.get();
}

grpc::ServerUnaryReactor* TaskService::WaitTask(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  CallRecord record(tasks_.call_records, Method::kWaitTask, *context);
  v1::WaitTaskRequest message;
  if (!ParseRequest(*request, &message)) return EndNow(context, record, Malformed(message));
  record.SetName(message.name());
  absl::StatusOr<WaitOrder> order =
      ToWait(message, DeadlineOf(context->deadline(), tasks_.loop.clock()), tasks_.sources);
  if (!order.ok()) return EndNow(context, record, order.status());
  CallLimit::Place place = tasks_.call_limit.Take();
  if (!place) return EndNow(context, record, core::TooManyCalls());
  auto call = std::make_shared<WaitTaskCall>(
      tasks_, std::move(record), std::move(place), *std::move(order),
      [response, view = message.view()](tasks::WaitResult result) { *response = ToResponse(std::move(result), view); });
  call->Launch();
  return call.get();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TaskService::WatchTasks(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* request) {
  CallRecord record(tasks_.call_records, Method::kWatchTasks, *context);
  v1::WatchTasksRequest message;
  if (!ParseRequest(*request, &message)) return new RefusedStream(record, Malformed(message));
  if (message.targets_size() > 0) record.SetName(message.targets(0).name(), message.targets_size());
  absl::StatusOr<WatchOrder> order = ToWatch(message, tasks_.sources);
  if (!order.ok()) return new RefusedStream(record, order.status());
  CallLimit::Place place = tasks_.call_limit.Take();
  if (!place) return new RefusedStream(record, core::TooManyCalls());
  auto call = std::make_shared<WatchTasksCall>(tasks_, std::move(record), std::move(place), *std::move(order),
                                               std::hash<std::string>()(context->peer()));
  call->Launch();
  return call.get();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* TaskService::ReadTaskLogs(grpc::CallbackServerContext* context,
                                                                      const grpc::ByteBuffer* request) {
  CallRecord record(tasks_.call_records, Method::kReadTaskLogs, *context);
  v1::ReadTaskLogsRequest message;
  if (!ParseRequest(*request, &message)) return new RefusedStream(record, Malformed(message));
  record.SetName(message.name());
  absl::StatusOr<LogOrder> order = ToReadLogs(message, tasks_.sources);
  if (!order.ok()) return new RefusedStream(record, order.status());
  CallLimit::Place place = tasks_.call_limit.Take();
  if (!place) return new RefusedStream(record, core::TooManyCalls());
  auto call = std::make_shared<ReadTaskLogsCall>(tasks_, std::move(record), std::move(place), *std::move(order),
                                                 std::hash<std::string>()(context->peer()));
  call->Launch();
  return call.get();
}

grpc::ServerUnaryReactor* TaskService::BatchGetTasks(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetTasksRequest* request,
                                                     v1::BatchGetTasksResponse* response) {
  CallRecord record(tasks_.call_records, Method::kBatchGetTasks, *context);
  if (request->names_size() > 0) record.SetName(request->names(0), request->names_size());
  absl::StatusOr<std::vector<absl::StatusOr<tasks::ReadRequest>>> reads = ToReads(*request, tasks_.sources);
  if (!reads.ok()) return EndNow(context, record, reads.status());
  auto call = std::make_shared<BatchGetTasksCall>(tasks_, std::move(record), *request, *std::move(reads),
                                                  DeadlineOf(context->deadline(), tasks_.loop.clock()), response);
  call->Launch();
  return call.get();
}

grpc::ServerUnaryReactor* TaskService::ListTasks(grpc::CallbackServerContext* context,
                                                 const v1::ListTasksRequest* request, v1::ListTasksResponse* response) {
  CallRecord record(tasks_.call_records, Method::kListTasks, *context);
  record.SetName(request->parent());
  absl::StatusOr<ListOrder> order = ToList(*request, tasks_.sources);
  if (!order.ok()) return EndNow(context, record, order.status());
  auto call = std::make_shared<ListTasksCall>(
      tasks_, std::move(record), *std::move(order), DeadlineOf(context->deadline(), tasks_.loop.clock()),
      tasks::kMaxReplyBytes, [response](v1::ListTasksResponse page) { *response = std::move(page); });
  call->Launch();
  return call.get();
}

grpc::ServerUnaryReactor* TaskService::CancelTask(grpc::CallbackServerContext* context,
                                                  const v1::CancelTaskRequest* request, v1::Task* response) {
  CallRecord record(tasks_.call_records, Method::kCancelTask, *context);
  record.SetName(request->name());
  absl::StatusOr<tasks::FollowTarget> target = ToCancel(*request, tasks_.sources);
  if (!target.ok()) return EndNow(context, record, target.status());
  auto call = std::make_shared<CancelTaskCall>(tasks_, std::move(record), *std::move(target),
                                               DeadlineOf(context->deadline(), tasks_.loop.clock()), response);
  call->Launch();
  return call.get();
}

grpc::ServerUnaryReactor* TaskService::ListSources(grpc::CallbackServerContext* context, const v1::ListSourcesRequest*,
                                                   v1::ListSourcesResponse* response) {
  CallRecord record(tasks_.call_records, Method::kListSources, *context);
  *response = sources_;
  return EndNow(context, record, absl::OkStatus());
}

}  // namespace taskgateway::rpc

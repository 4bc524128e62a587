#include "gateway/rpc/watch_tasks.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/message_bytes.h"

namespace taskgateway::rpc {
namespace {

constexpr int kMaxTargets = 100;
constexpr absl::Duration kHeartbeat = absl::Seconds(15);
constexpr absl::Duration kMinHeartbeat = absl::Seconds(5);
// Load balancers cut streams that are silent for 60 s.
constexpr absl::Duration kMaxHeartbeat = absl::Seconds(55);

absl::Status OtherToken(std::string_view field) {
  return core::InvalidField(field,
                            "must be the last one that came with an event of this name; leave it out to begin anew");
}

// Whether a wildcard or an alias can have been resolved to a task.
bool MayStandFor(const tasks::FollowTarget& asked, const tasks::FollowTarget& task) {
  if (task.source == nullptr || !task.provisioned_product_id.empty()) return false;
  return asked.source == nullptr ? task.task_id == asked.task_id : task.source == asked.source;
}

absl::StatusOr<tasks::WatchTarget> ToWatchTarget(const v1::WatchTarget& target, const std::string& field,
                                                 const tasks::Sources& sources) {
  tasks::WatchTarget watch;
  watch.requested_name = target.name();
  absl::StatusOr<tasks::FollowTarget> named = ToTarget(target.name(), absl::StrCat(field, ".name"), sources);
  if (absl::IsInvalidArgument(named.status())) return std::move(named).status();
  if (!target.resume_token().empty()) {
    watch.resume_from = tasks::FromToken(target.resume_token());
    const std::string token_field = absl::StrCat(field, ".resume_token");
    if (!watch.resume_from) return OtherToken(token_field);
    if (!named.ok() || (named->source != nullptr && named->provisioned_product_id.empty())) {
      if (watch.resume_from->name != target.name()) return OtherToken(token_field);
    } else {
      // The task that the name was resolved to then.
      const tasks::FollowTarget asked = *std::move(named);
      named = ToTarget(watch.resume_from->name, token_field, sources);
      if (absl::IsInvalidArgument(named.status()) || (named.ok() && !MayStandFor(asked, *named))) {
        return OtherToken(token_field);
      }
    }
  }
  watch.unknown_source = named.status();
  if (named.ok()) watch.target = *std::move(named);
  if (target.has_created_after()) {
    absl::Status checked =
        SetCreatedAfter(target.created_after(), absl::StrCat(field, ".created_after"), &watch.target);
    if (!checked.ok()) return checked;
  }
  return watch;
}

}  // namespace

absl::StatusOr<WatchOrder> ToWatch(const v1::WatchTasksRequest& request, const tasks::Sources& sources) {
  if (absl::Status checked = CheckView(request.view(), v1::TASK_VIEW_FULL); !checked.ok()) return checked;
  if (request.targets_size() < 1 || request.targets_size() > kMaxTargets) {
    return core::InvalidField("targets",
                              absl::StrCat("must have 1 to ", kMaxTargets, " names; watch more in further calls"));
  }
  WatchOrder order;
  order.heartbeat_interval = kHeartbeat;
  if (request.has_heartbeat_interval()) {
    order.heartbeat_interval = ToDuration(request.heartbeat_interval()).value_or(absl::ZeroDuration());
    if (order.heartbeat_interval < kMinHeartbeat || order.heartbeat_interval > kMaxHeartbeat) {
      return core::InvalidField("heartbeat_interval", "must be 5 s to 55 s; leave it out for 15 s");
    }
  }
  std::set<std::string> names;
  for (int i = 0; i < request.targets_size(); ++i) {
    absl::StatusOr<tasks::WatchTarget> target =
        ToWatchTarget(request.targets(i), absl::StrCat("targets[", i, "]"), sources);
    if (!target.ok()) return std::move(target).status();
    if (names.insert(target->requested_name).second) order.targets.push_back(*std::move(target));
  }
  return order;
}

WatchTasksCall::WatchTasksCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, WatchOrder order,
                               std::size_t lane)
    : StreamCall(tasks, std::move(record), std::move(place), lane),
      order_(std::move(order)),
      outbox_(tasks::TaskWatch::OutboxTargets(order_.targets)) {}

void WatchTasksCall::Open() {
  watch_ = std::make_unique<tasks::TaskWatch>(tasks().following(), tasks().fan_out, std::move(order_.targets),
                                              order_.heartbeat_interval, outbox_, weak_from_this());
  watch_->Start();
}

void WatchTasksCall::Deliver() {
  tasks::WatchOutbox::Step step = outbox_.Take();
  switch (step.kind) {
    case tasks::WatchOutbox::Step::kNothing:
      return;
    case tasks::WatchOutbox::Step::kWrite: {
      const std::string& shared = *step.shared;
      const grpc::Slice slices[] = {SharedSlice(shared, std::move(step.shared)), grpc::Slice(step.own)};
      return Write(grpc::ByteBuffer(slices, step.own.empty() ? 1 : 2));
    }
    case tasks::WatchOutbox::Step::kFinish:
      // A caller that is gone does not hear it.
      return End(absl::OkStatus());
  }
}

}  // namespace taskgateway::rpc

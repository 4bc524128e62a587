#include "gateway/tasks/watch_outbox.h"

#include <algorithm>
#include <utility>

#include "adapters/core/proto_time.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {
namespace {

WatchOutbox::Step Write(const v1::WatchTasksResponse& response) {
  return {WatchOutbox::Step::kWrite, std::make_shared<const std::string>(response.SerializeAsString()), ""};
}

// Of fields that are there twice, the last one counts.
std::string OverrideRequestedName(const std::string& name) {
  v1::WatchTasksResponse own;
  own.set_requested_name(name);
  return own.SerializeAsString();
}

}  // namespace

WatchOutbox::WatchOutbox(std::vector<Target> targets) {
  slots_.reserve(targets.size());
  for (Target& target : targets) slots_.emplace_back().target = std::move(target);
}

void WatchOutbox::PutUpdate(std::size_t target, SharedUpdate update) {
  base::MutexLock lock(mutex_);
  Slot& slot = slots_[target];
  slot.latest = std::move(update);
  slot.update_pending = true;
  slot.trouble_pending = false;
}

void WatchOutbox::PutTrouble(std::size_t target, absl::Status trouble, std::optional<absl::Duration> retry_delay) {
  base::MutexLock lock(mutex_);
  Slot& slot = slots_[target];
  slot.trouble = std::move(trouble);
  slot.retry_delay = retry_delay;
  slot.trouble_pending = true;
}

void WatchOutbox::Fold(std::size_t target) {
  base::MutexLock lock(mutex_);
  slots_[target].over = true;
}

void WatchOutbox::PutHeartbeat(absl::Time as_of) {
  base::MutexLock lock(mutex_);
  heartbeat_ = as_of;
}

void WatchOutbox::Close(v1::WatchClosing::Reason reason) {
  base::MutexLock lock(mutex_);
  if (closing_ == v1::WatchClosing::REASON_UNSPECIFIED) closing_ = reason;
}

void WatchOutbox::Cancel() {
  base::MutexLock lock(mutex_);
  closed_ = true;
}

WatchOutbox::Step WatchOutbox::Take() {
  base::MutexLock lock(mutex_);
  if (writing_ || finished_) return {};
  if (closed_) {
    finished_ = true;
    return {.kind = Step::kFinish, .shared = nullptr, .own = ""};
  }
  std::optional<Step> next = Next();
  if (!next) return {};
  writing_ = true;
  return *std::move(next);
}

void WatchOutbox::Written() {
  base::MutexLock lock(mutex_);
  writing_ = false;
}

std::optional<WatchOutbox::Step> WatchOutbox::Next() {
  for (Slot& slot : slots_) {
    if (std::optional<Step> step = NextOf(slot)) return step;
  }
  v1::WatchTasksResponse response;
  if (std::ranges::all_of(slots_, &Slot::over) && closing_ == v1::WatchClosing::REASON_UNSPECIFIED) {
    closing_ = v1::WatchClosing::ALL_DONE;
  }
  if (closing_ != v1::WatchClosing::REASON_UNSPECIFIED) {
    response.mutable_closing()->set_reason(closing_);
    closed_ = true;
    return Write(response);
  }
  if (!heartbeat_) return std::nullopt;
  v1::WatchHeartbeat& heartbeat = *response.mutable_heartbeat();
  if (*heartbeat_ != absl::InfinitePast()) core::SetTime(*heartbeat_, heartbeat.mutable_as_of());
  heartbeat_.reset();
  return Write(response);
}

std::optional<WatchOutbox::Step> WatchOutbox::NextOf(Slot& slot) {
  if (slot.over) return std::nullopt;
  if (std::exchange(slot.update_pending, false)) {
    const Reading& latest = slot.latest->reading();
    std::optional<Step> step;
    if (slot.snapshot_next) {
      const bool gap = slot.target.resume_state && *slot.target.resume_state != latest.state();
      step = {Step::kWrite, slot.latest->Snapshot(gap), ""};
      slot.target.resume_state.reset();
      slot.snapshot_next = false;
    } else if (latest.etag() != slot.told->reading().etag()) {
      step = {Step::kWrite, slot.latest->Changed(slot.told->reading().state()), ""};
    }
    if (step) {
      if (!slot.target.canonical) step->own = OverrideRequestedName(slot.target.requested_name);
      slot.told = slot.latest;
      slot.over = latest.done();
      return step;
    }
  }
  if (!std::exchange(slot.trouble_pending, false)) return std::nullopt;
  slot.snapshot_next = true;
  slot.over = !slot.retry_delay;
  return TellTrouble(slot);
}

WatchOutbox::Step WatchOutbox::TellTrouble(Slot& slot) {
  v1::WatchTasksResponse response;
  const SharedUpdate& known = slot.latest;
  response.set_name(known == nullptr ? slot.target.requested_name : known->reading().name());
  response.set_requested_name(slot.target.requested_name);
  if (slot.told != nullptr) response.set_resume_token(slot.told->resume_token());
  v1::TaskUnreachable& unreachable = *response.mutable_unreachable();
  *unreachable.mutable_status() = core::ToRpcStatus(slot.trouble);
  unreachable.set_will_retry(slot.retry_delay.has_value());
  if (slot.retry_delay) core::SetDuration(*slot.retry_delay, unreachable.mutable_retry_delay());
  return Write(response);
}

}  // namespace taskgateway::tasks

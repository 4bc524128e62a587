#include "tools/taskctl/live_call.h"

#include <algorithm>
#include <chrono>

namespace taskgateway::taskctl {
namespace {

// A spinner that turns smoothly, and no wait that a person notices after Ctrl-C.
constexpr std::chrono::milliseconds kTick(100);

}  // namespace

void Pause(absl::Duration duration, const KeepGoing& keep_going) {
  base::Mutex mutex;
  base::CondVar never;
  base::MutexLock lock(mutex);
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(duration);
  for (auto now = std::chrono::steady_clock::now(); now < end && keep_going(); now = std::chrono::steady_clock::now()) {
    never.wait_until(lock, std::min(now + kTick, end));
  }
}

void LiveCall::Ended(const grpc::Status& status) {
  base::MutexLock lock(mutex_);
  ended_ = true;
  status_ = status;
  // With the lock held: the call may be gone as soon as it is not.
  changed_.notify_one();
}

grpc::Status LiveCall::Await(const KeepGoing& keep_going) {
  base::MutexLock lock(mutex_);
  while (!changed_.wait_for(lock, kTick, [this] { return ended_; })) {
    lock.unlock();
    if (!keep_going()) context_.TryCancel();
    lock.lock();
  }
  return status_;
}

grpc::Status EventReader::ReadAll(const KeepGoing& keep_going,
                                  const std::function<void(const v1::WatchTasksResponse&)>& on_event) {
  // The next read is not started by gRPC, which must not take the stream for done in between.
  AddHold();
  StartRead(&event_);
  StartCall();
  base::MutexLock lock(mutex_);
  while (true) {
    const bool changed = changed_.wait_for(lock, kTick, [this] { return has_event_ || ended_; });
    if (ended_ && !has_event_) return status_;
    const bool has_event = changed && has_event_;
    has_event_ = false;
    lock.unlock();
    if (has_event) {
      on_event(event_);
      StartRead(&event_);
    }
    if (!keep_going()) context_.TryCancel();
    lock.lock();
  }
}

void EventReader::OnReadDone(bool ok) {
  if (!ok) return RemoveHold();
  base::MutexLock lock(mutex_);
  has_event_ = true;
  changed_.notify_one();
}

void EventReader::OnDone(const grpc::Status& status) {
  base::MutexLock lock(mutex_);
  ended_ = true;
  status_ = status;
  changed_.notify_one();
}

}  // namespace taskgateway::taskctl

#include "tools/taskctl/live_call.h"

#include <algorithm>
#include <chrono>

namespace taskgateway::taskctl {

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

}  // namespace taskgateway::taskctl

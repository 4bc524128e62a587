#include "gateway/base/event_loop.h"

#include <algorithm>

namespace taskgateway::base {

void CondVarWaiter::Wait(absl::Duration timeout) {
  MutexLock lock(mutex_);
  const auto woken = [this] { return woken_; };
  if (timeout == absl::InfiniteDuration()) {
    wake_.wait(lock, woken);
  } else {
    wake_.wait_for(lock, absl::ToChronoNanoseconds(timeout), woken);
  }
  woken_ = false;
}

void CondVarWaiter::Wake() {
  {
    MutexLock lock(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void EventLoop::Post(Task task) {
  bool wake;
  {
    MutexLock lock(mutex_);
    posted_.push_back(std::move(task));
    // Only the first post after the loop went idle wakes it: a wake-up is a system call.
    wake = std::exchange(idle_, false);
  }
  if (wake) waiter_.Wake();
}

EventLoop::TimerId EventLoop::Schedule(absl::Duration delay, Task task) {
  const TimerId id{Now() + std::max(delay, absl::ZeroDuration()), next_timer_++};
  timers_.emplace(id, std::move(task));
  return id;
}

void EventLoop::Cancel(TimerId timer) { timers_.erase(timer); }

void EventLoop::Run() {
  while (!stopped_.load(std::memory_order_acquire)) RunOnce(absl::InfiniteDuration());
}

void EventLoop::RunOnce(absl::Duration limit) {
  absl::Duration timeout = limit;
  if (!timers_.empty())
    timeout = std::min(timeout, std::max(timers_.begin()->first.first - Now(), absl::ZeroDuration()));
  {
    MutexLock lock(mutex_);
    if (posted_.empty() && deferred_.empty() && !stopped_.load(std::memory_order_relaxed)) {
      idle_ = true;
    } else {
      timeout = absl::ZeroDuration();
    }
  }
  waiter_.Wait(timeout);
  RunDeferred();
  RunPosted();
  RunDeferred();
  RunTimers();
  RunDeferred();
  step_began_.reset();
}

void EventLoop::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_.store(true, std::memory_order_release);
    idle_ = false;
  }
  waiter_.Wake();
}

void EventLoop::RunPosted() {
  {
    MutexLock lock(mutex_);
    idle_ = false;
    running_.swap(posted_);
  }
  if (running_.empty()) return;
  step_began_ = clock_.Uptime();
  // What these tasks post runs in the next round, so that input and timers get their turn.
  for (Task& task : running_) task();
  running_.clear();
}

void EventLoop::RunTimers() {
  if (timers_.empty()) return;
  step_began_ = clock_.Uptime();
  // Timers that these tasks schedule run in the next round, even when they are due at once.
  const TimerId end{Now(), next_timer_};
  while (!timers_.empty() && timers_.begin()->first < end) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

void EventLoop::RunDeferred() {
  if (deferred_.empty()) return;
  step_began_ = clock_.Uptime();
  for (std::size_t i = 0; i < deferred_.size(); ++i) {
    const Task task = std::move(deferred_[i]);
    task();
  }
  deferred_.clear();
}

}  // namespace taskgateway::base

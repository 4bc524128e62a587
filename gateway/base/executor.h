// Threads for work that is too long for a loop.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "gateway/base/mutex.h"

namespace taskgateway::base {

// Runs work somewhere else, or, in tests, at once.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `work` once, sooner or later, on any thread. Thread-safe.
  virtual void Run(std::function<void()> work) = 0;
};

// Runs it before Run returns.
class InlineExecutor final : public Executor {
 public:
  void Run(std::function<void()> work) override { work(); }
};

// A fixed number of threads. The queue is as long as what its users hand in: the gateway hands in at most one piece per
// transfer, and transfers are bounded.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(int threads);
  // Finishes the work that has begun and drops the rest.
  ~ThreadPool() override;
  void Run(std::function<void()> work) override;

 private:
  void Work();

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace taskgateway::base

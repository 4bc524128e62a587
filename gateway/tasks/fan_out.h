// Tells many receivers that there is something for them.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "gateway/base/event_loop.h"
#include "gateway/base/executor.h"

namespace taskgateway::tasks {

// Somebody who takes what there is for him when he is told.
class Receiver {
 public:
  virtual ~Receiver() = default;

  // There may be something to take. Any thread, several at once.
  virtual void Deliver() = 0;
  // Receivers of one number share something, such as a connection, that several threads at once would fight for.
  virtual std::size_t lane() const = 0;
};

// Collects receivers through one round of the loop and tells them after it: a few on the loop itself, many on the
// executor, by lanes. Belongs to the loop thread.
class FanOut {
 public:
  // Both outlive the fan-out; the executor's work holds only receivers.
  FanOut(base::EventLoop& loop, base::Executor& executor) : loop_(loop), executor_(executor) {}
  ~FanOut() { loop_.Cancel(timer_); }
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  void Add(std::shared_ptr<Receiver> receiver);

 private:
  void Flush();

  base::EventLoop& loop_;
  base::Executor& executor_;
  std::vector<std::shared_ptr<Receiver>> receivers_;
  base::EventLoop::TimerId timer_ = base::EventLoop::kNoTimer;
};

}  // namespace taskgateway::tasks

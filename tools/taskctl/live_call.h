// Calls during which the program stays awake: it draws, and listens for Ctrl-C.
#pragma once

#include <chrono>
#include <functional>

#include "absl/time/time.h"
#include "gateway/base/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

namespace taskgateway::taskctl {

// Asked ten times a second; false gives up.
using KeepGoing = std::function<bool()>;

// Waits for `duration`, or until `keep_going` gives up.
void Pause(absl::Duration duration, const KeepGoing& keep_going);

// A unary call of gRPC's callback API: one thread waits for it, gRPC's ends it.
class LiveCall {
 public:
  // `context` is the call's.
  explicit LiveCall(grpc::ClientContext& context) : context_(context) {}

  // gRPC's thread.
  void Ended(const grpc::Status& status);
  // The call's status, once it has ended; it is cancelled when `keep_going` gives up.
  grpc::Status Await(const KeepGoing& keep_going);

 private:
  grpc::ClientContext& context_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool ended_ = false;
  grpc::Status status_;
};

// How often a call that waits asks whether to go on: a spinner turns smoothly, and nobody waits for Ctrl-C.
inline constexpr std::chrono::milliseconds kTick(100);

// A stream of events: one is read while one is handled, so a slow terminal slows the stream down.
template <typename Event>
class EventReader final : public grpc::ClientReadReactor<Event> {
 public:
  // `context` is the call's.
  explicit EventReader(grpc::ClientContext& context) : context_(context) {}

  // Reads to the end, once, behind the call's start; answers with the stream's status. The stream is cancelled when
  // `keep_going` gives up.
  grpc::Status ReadAll(const KeepGoing& keep_going, const std::function<void(const Event&)>& on_event) {
    // The next read is not started by gRPC, which must not take the stream for done in between.
    this->AddHold();
    this->StartRead(&event_);
    this->StartCall();
    base::MutexLock lock(mutex_);
    while (true) {
      const bool changed = changed_.wait_for(lock, kTick, [this] { return has_event_ || ended_; });
      if (ended_ && !has_event_) return status_;
      const bool has_event = changed && has_event_;
      has_event_ = false;
      lock.unlock();
      if (has_event) {
        on_event(event_);
        this->StartRead(&event_);
      }
      if (!keep_going()) context_.TryCancel();
      lock.lock();
    }
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return this->RemoveHold();
    base::MutexLock lock(mutex_);
    has_event_ = true;
    changed_.notify_one();
  }
  void OnDone(const grpc::Status& status) override {
    base::MutexLock lock(mutex_);
    ended_ = true;
    status_ = status;
    changed_.notify_one();
  }

  grpc::ClientContext& context_;
  Event event_;  // gRPC's while it reads, then ReadAll's
  base::Mutex mutex_;
  base::CondVar changed_;
  bool has_event_ = false;
  bool ended_ = false;
  grpc::Status status_;
};

}  // namespace taskgateway::taskctl

// Calls during which the program stays awake: it draws, and listens for Ctrl-C.
#pragma once

#include <functional>

#include "absl/time/time.h"
#include "gateway/base/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"
#include "taskgateway/v1/watch_tasks.pb.h"

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

// A stream of events: one is read while one is handled, so a slow terminal slows the stream down.
class EventReader final : public grpc::ClientReadReactor<v1::WatchTasksResponse> {
 public:
  // `context` is the call's.
  explicit EventReader(grpc::ClientContext& context) : context_(context) {}

  // Reads to the end, once, behind the call's start; answers with the stream's status. The stream is cancelled when
  // `keep_going` gives up.
  grpc::Status ReadAll(const KeepGoing& keep_going, const std::function<void(const v1::WatchTasksResponse&)>& on_event);

 private:
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  grpc::ClientContext& context_;
  v1::WatchTasksResponse event_;  // gRPC's while it reads, then ReadAll's
  base::Mutex mutex_;
  base::CondVar changed_;
  bool has_event_ = false;
  bool ended_ = false;
  grpc::Status status_;
};

}  // namespace taskgateway::taskctl

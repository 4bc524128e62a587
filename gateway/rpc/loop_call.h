// A unary call that is answered from the loop.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "gateway/base/event_loop.h"
#include "gateway/rpc/call_record.h"
#include "grpcpp/grpcpp.h"

namespace taskgateway::rpc {

// The life of one unary call: Launch on gRPC's thread, Begin on the loop, then one Answer from the loop; or Abandon,
// when the caller went away first. The object lives until gRPC is done with it and nothing that was posted refers to it
// any more.
class LoopCall : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<LoopCall> {
 public:
  LoopCall(base::EventLoop& loop, CallRecord record) : loop_(loop), record_(std::move(record)) {}

  // Posts Begin. gRPC's thread, once, before the reactor is handed to gRPC.
  void Launch();

 protected:
  // Starts the work. Loop thread.
  virtual void Begin() = 0;
  // Drops the work: nobody waits for it. Loop thread; never after Answer.
  virtual void Abandon() = 0;
  // Ends the call, once. Loop thread.
  void Answer(const absl::Status& status);
  // The call's, for what is done for it.
  base::SpanId span() const { return record_.span(); }

 private:
  void OnCancel() final;
  void OnDone() final { self_.reset(); }
  // gRPC would hand OnDone and OnCancel to a thread of its executor, which costs more than they do: neither blocks.
  bool InternalInlineable() final { return true; }

  base::EventLoop& loop_;
  CallRecord record_;
  std::shared_ptr<LoopCall> self_;      // until OnDone
  std::optional<absl::Status> status_;  // of the answer, once there is one; loop thread
};

// Ends a call on gRPC's thread, within its handler: the reactor to hand to gRPC.
grpc::ServerUnaryReactor* EndNow(grpc::CallbackServerContext* context, CallRecord& record, const absl::Status& status);

}  // namespace taskgateway::rpc

// A stream that is written from several threads.
#pragma once

#include <memory>
#include <utility>

#include "gateway/rpc/read_request.h"
#include "grpcpp/grpcpp.h"

namespace taskgateway::rpc {

// The life of one stream: Launch on gRPC's thread, Open on the loop, then messages from whoever is told that there may
// be something (Deliver), one under way at a time, and one Finish; Shut on the loop when gRPC is done. What there is to
// send is in an outbox of the derived class: gRPC's threads and the fan-out's touch only that. Lives until gRPC and the
// loop are done with it.
class StreamCall : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                   public tasks::Receiver,
                   public OpenCalls::Call,
                   public std::enable_shared_from_this<StreamCall> {
 public:
  // `lane` as of Receiver.
  StreamCall(const Tasks& tasks, CallRecord record, CallLimit::Place place, std::size_t lane)
      : tasks_(tasks), record_(std::move(record)), place_(std::move(place)), lane_(lane) {}

  // Posts Open. gRPC's thread, once, before the reactor is handed to gRPC.
  void Launch();
  std::size_t lane() const final { return lane_; }

 protected:
  // Starts the work. Loop thread; not called when the caller went away first.
  virtual void Open() = 0;
  // Drops the work. Loop thread.
  virtual void Shut() = 0;
  // The outbox's, of the same names. Any thread.
  virtual void Written() = 0;
  virtual void Cancel() = 0;

  // Starts to write. By whoever took the message from the outbox.
  void Write(grpc::ByteBuffer message);
  // Ends the stream. By whoever took the end from the outbox.
  void End(const absl::Status& status) { Finish(record_.EndStream(status)); }
  const Tasks& tasks() const { return tasks_; }

 private:
  void OnWriteDone(bool ok) final;
  void OnCancel() final;
  void OnDone() final;
  // gRPC would hand OnDone to a thread of its executor, which costs more than it does.
  bool InternalInlineable() final { return true; }

  const Tasks tasks_;
  CallRecord record_;
  const CallLimit::Place place_;
  const std::size_t lane_;
  bool gone_ = false;                 // loop thread: nobody reads any more
  grpc::ByteBuffer message_;          // until it is written
  std::shared_ptr<StreamCall> self_;  // until OnDone
};

}  // namespace taskgateway::rpc

#include "gateway/rpc/loop_call.h"

namespace taskgateway::rpc {

grpc::ServerUnaryReactor* EndNow(grpc::CallbackServerContext* context, CallRecord& record, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(record.End(status));
  return reactor;
}

void LoopCall::Launch() {
  self_ = shared_from_this();
  // Nothing ends the call before this has run.
  loop_.Post([this] { Begin(); });
}

void LoopCall::Answer(const absl::Status& status) {
  status_ = status;
  // Behind what the loop is at, one call after the other: gRPC's code is warm then, and its thread is woken once.
  loop_.Defer([this] { Finish(record_.End(*status_)); });
}

void LoopCall::OnCancel() {
  // The caller is gone or its deadline has passed; Begin was posted before gRPC knew of this reactor, so it has run by
  // then.
  loop_.Post([call = shared_from_this()] {
    if (call->status_) return;
    call->Abandon();
    call->Answer(absl::CancelledError("the caller went away"));
  });
}

}  // namespace taskgateway::rpc

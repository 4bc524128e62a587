#include "gateway/rpc/stream_call.h"

#include <utility>

namespace taskgateway::rpc {

void StreamCall::Launch() {
  self_ = shared_from_this();
  tasks_.loop.Post([call = self_] {
    if (call->gone_) return;
    call->Open();
    call->tasks_.open_calls.Add(*call);
  });
}

void StreamCall::Write(grpc::ByteBuffer message) {
  message_.Swap(&message);
  StartWrite(&message_);
}

void StreamCall::OnWriteDone(bool ok) {
  if (!ok) Cancel();
  message_.Clear();
  Written();
  Deliver();
}

void StreamCall::OnCancel() {
  Cancel();
  Deliver();
}

void StreamCall::OnDone() {
  tasks_.loop.Post([call = std::move(self_)] {
    call->gone_ = true;
    call->tasks_.open_calls.Remove(*call);
    call->Shut();
  });
}

}  // namespace taskgateway::rpc

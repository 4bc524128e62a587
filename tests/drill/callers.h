// Who must not notice a restart.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "tests/drill/ledger.h"

namespace taskgateway::drill {

// Calls GetTask (from the upstream and from the cache) and BatchGetTasks in turn until `stop`. Every call has to
// succeed: there is no retry.
void Read(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, const std::atomic<bool>& stop,
          Ledger& ledger);

// The same with WaitTask, a second each.
void Wait(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, const std::atomic<bool>& stop,
          Ledger& ledger);

// Watches `task` until it has ended, however often the stream does, with the last resume token each time. Checks that
// states do not go back within a stream, that `gap` tells exactly when the state is another one than the token's, and
// that the end is seen.
void Watch(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, Ledger& ledger);

}  // namespace taskgateway::drill

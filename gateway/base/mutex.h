// std::mutex, wrapped once. Not absl::Mutex: Debian's is not instrumented, so ThreadSanitizer reports races that are
// none.
#pragma once

#include <condition_variable>
#include <mutex>

namespace taskgateway::base {

using Mutex = std::mutex;
using MutexLock = std::unique_lock<std::mutex>;
using CondVar = std::condition_variable;

}  // namespace taskgateway::base

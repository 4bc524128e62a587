// Calls that stay open for long.
#pragma once

#include <cstdint>
#include <map>

namespace taskgateway::rpc {

// Knows the waits and streams under way, so that they can be told when the server is about to stop. Belongs to the loop
// thread.
class OpenCalls {
 public:
  class Call {
   public:
    virtual ~Call() = default;

    // Ends soon by itself, with an answer. May remove itself. Loop thread.
    virtual void Drain() = 0;

   private:
    friend class OpenCalls;
    std::uint64_t place_ = 0;  // 0: not among them
  };

  OpenCalls() = default;
  OpenCalls(const OpenCalls&) = delete;
  OpenCalls& operator=(const OpenCalls&) = delete;

  // Tells `call` to drain, at once when that has begun.
  void Add(Call& call);
  // Ignores a call that is not among them.
  void Remove(Call& call);
  // Tells every call, and from now on every call that comes.
  void Drain();

 private:
  std::map<std::uint64_t, Call*> calls_;  // in the order they came
  std::uint64_t next_ = 1;
  bool draining_ = false;
};

}  // namespace taskgateway::rpc

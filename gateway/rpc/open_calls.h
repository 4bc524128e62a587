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

    // Ends soon, if it can do so with an answer that its caller expects. May remove itself. Loop thread.
    virtual void Drain() = 0;
    // Ends soon in any case. May remove itself. Loop thread.
    virtual void Stop() = 0;

   private:
    friend class OpenCalls;
    std::uint64_t place_ = 0;  // 0: not among them
  };

  OpenCalls() = default;
  OpenCalls(const OpenCalls&) = delete;
  OpenCalls& operator=(const OpenCalls&) = delete;

  // Tells `call` to stop, when the server is about to.
  void Add(Call& call);
  // Ignores a call that is not among them.
  void Remove(Call& call);
  // Tells those that are open to drain. Callers who are still connected may come again and are served.
  void Drain();
  // Tells those that are open to stop, and from now on everyone that comes.
  void Stop();

 private:
  void TellAll(void (Call::*tell)());

  std::map<std::uint64_t, Call*> calls_;  // in the order they came
  std::uint64_t next_ = 1;
  bool stopping_ = false;
};

}  // namespace taskgateway::rpc

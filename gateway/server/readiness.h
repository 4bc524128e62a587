// Whether the gateway should be sent callers.
#pragma once

#include <atomic>
#include <string>

namespace taskgateway::server {

// Ready: it has started and still listens, every account has had keys at least once, and it is not told to go. That an
// upstream is out of order does not count: another gateway would not do better. Thread-safe.
class Readiness {
 public:
  void SetStarted() { started_ = true; }
  void SetDraining() { draining_ = true; }
  void SetListenerLost() { listening_ = false; }
  // Until each of `accounts` has called HasKeys.
  void AwaitKeys(int accounts) { accounts_without_keys_ = accounts; }
  void HasKeys() { --accounts_without_keys_; }

  bool started() const { return started_; }
  bool draining() const { return draining_; }
  bool ready() const { return started_ && listening_ && !draining_ && accounts_without_keys_ == 0; }
  // `{"ready":false,"started":true,"draining":false,"listening":true,"accounts_without_keys":1}`.
  std::string Json() const;

 private:
  std::atomic<bool> started_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> listening_ = true;
  std::atomic<int> accounts_without_keys_ = 0;
};

}  // namespace taskgateway::server

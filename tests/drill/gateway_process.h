// A gateway that is stopped and started again.
#pragma once

#include <sys/types.h>

#include <string>

#include "absl/time/time.h"

namespace taskgateway::drill {

// `taskgateway` on an address of its own, which stays the same. One thread.
class GatewayProcess {
 public:
  // Does not start it. Its log goes to the file `log`.
  GatewayProcess(std::string config, std::string address, std::string log);
  // Kills it, if it runs.
  ~GatewayProcess();
  GatewayProcess(const GatewayProcess&) = delete;
  GatewayProcess& operator=(const GatewayProcess&) = delete;

  const std::string& address() const { return address_; }
  // Starts it and waits until it accepts connections. False when it did not within 20 s.
  bool Start();
  // Sends SIGTERM and waits for the end. The exit code; -1 when a signal ended it, -2 when it had to be killed after
  // `patience`.
  int Stop(absl::Duration patience);

 private:
  const std::string config_;
  const std::string address_;
  const std::string log_;
  pid_t pid_ = -1;
};

// A port of 127.0.0.1 that nobody listens on.
int FreePort();

}  // namespace taskgateway::drill

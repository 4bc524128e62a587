// Whether anybody is connected.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

namespace taskgateway::server {

// Asks gRPC's channelz for the connections of one server. Thread-safe once the server is built.
class ConnectionCount {
 public:
  // Before the server is built; no other server is built meanwhile.
  ConnectionCount();
  ~ConnectionCount();
  ConnectionCount(const ConnectionCount&) = delete;
  ConnectionCount& operator=(const ConnectionCount&) = delete;

  // Right after the server was built.
  void ServerIsBuilt();
  // Whether there is a connection. True when gRPC does not tell.
  bool Any() const;

 private:
  const std::set<std::int64_t> others_;
  std::optional<std::int64_t> server_;
};

}  // namespace taskgateway::server

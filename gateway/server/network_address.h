// Addresses in the configuration: of upstreams and of our own listener.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace taskgateway::server {

// The parts of an upstream's URL.
struct EndpointUrl {
  bool tls = true;
  std::string host;  // lower-case; an IPv6 address in brackets
  int port = 443;    // 1..65535

  // `host[:port]`, without the scheme's own port: as signed and sent.
  std::string Authority() const;
  // `https://host[:port]`. Equal for two spellings of one endpoint.
  std::string Url() const;
};

// Reads `http://host[:port]` or `https://host[:port]`. Error: INVALID_ARGUMENT; its message goes on after the URL ("has
// a path; …") and ends with the remedy.
absl::StatusOr<EndpointUrl> ParseEndpointUrl(std::string_view url);

// `host:port` of a listener; the port may be 0.
struct ListenAddress {
  std::string host;
  int port = 0;
};

// Error: as of ParseEndpointUrl.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view address);

// Whether `host` (a name, an IPv4 address, an IPv6 address in brackets) is this machine by its spelling: `localhost`,
// 127.0.0.0/8, [::1].
bool IsLoopback(std::string_view host);

}  // namespace taskgateway::server

#include "gateway/server/network_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace taskgateway::server {
namespace {

absl::Status Problem(absl::string_view text) { return absl::InvalidArgumentError(text); }

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') {
      if (++label > 63) return false;
    } else {
      return false;
    }
  }
  return label > 0;
}

// A last label that starts with a digit makes it an IPv4 address for every resolver, in spellings such as `127.1` that
// differ in what they mean: only the plain one is taken.
bool LooksNumeric(std::string_view host) {
  const std::size_t dot = host.rfind('.');
  const std::size_t last = dot == std::string_view::npos ? 0 : dot + 1;
  return last < host.size() && absl::ascii_isdigit(static_cast<unsigned char>(host[last]));
}

bool IsHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return IsIpv6(std::string(host.substr(1, host.size() - 2)));
  }
  return LooksNumeric(host) ? IsIpv4(std::string(host)) : IsHostName(host);
}

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  if (text.empty() || text.size() > 5 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &port) || port > 65535) return std::nullopt;
  return port;
}

// Where the port's colon is, past the brackets of an IPv6 address.
std::size_t FindPortColon(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
}

}  // namespace

std::string EndpointUrl::Authority() const { return port == (tls ? 443 : 80) ? host : absl::StrCat(host, ":", port); }

std::string EndpointUrl::Url() const { return absl::StrCat(tls ? "https://" : "http://", Authority()); }

absl::StatusOr<EndpointUrl> ParseEndpointUrl(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::string scheme =
      scheme_end == std::string_view::npos ? "" : absl::AsciiStrToLower(absl::string_view(url.data(), scheme_end));
  if (scheme != "http" && scheme != "https") {
    return Problem("is not an http or https URL; write it as https://host or https://host:port");
  }
  EndpointUrl endpoint;
  endpoint.tls = scheme == "https";
  endpoint.port = endpoint.tls ? 443 : 80;
  const std::string_view authority = url.substr(scheme_end + 3);
  if (authority.find('@') != std::string_view::npos) {
    return Problem("has a user before the host; remove it, keys belong to accounts");
  }
  if (authority.find_first_of("?#") != std::string_view::npos) {
    return Problem("has a query or a fragment; end it after the host and port");
  }
  if (authority.find('/') != std::string_view::npos) {
    return Problem("has a path; end it after the host and port, without a slash");
  }
  const std::size_t colon = FindPortColon(authority);
  const std::string_view host = authority.substr(0, colon);
  if (!IsHost(host)) {
    return Problem("has no valid host; write a DNS name, an IPv4 address, or an IPv6 address in brackets");
  }
  endpoint.host = absl::AsciiStrToLower(absl::string_view(host.data(), host.size()));
  if (colon != std::string_view::npos) {
    const std::optional<int> port = ParsePort(authority.substr(colon + 1));
    if (!port.has_value() || *port == 0) return Problem("has no valid port; give 1..65535 or leave it out");
    endpoint.port = *port;
  }
  return endpoint;
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view address) {
  const std::size_t colon = FindPortColon(address);
  const std::string_view host = address.substr(0, colon);
  const std::optional<int> port = colon == std::string_view::npos ? std::nullopt : ParsePort(address.substr(colon + 1));
  if (!port.has_value()) return Problem("has no valid port; write host:port, the port 0..65535 (0 takes a free one)");
  if (!IsHost(host)) {
    return Problem("has no valid host; write a DNS name, an IPv4 address, or an IPv6 address in brackets");
  }
  return ListenAddress{.host = std::string(host), .port = *port};
}

bool IsLoopback(std::string_view host) {
  const std::string name = absl::AsciiStrToLower(absl::string_view(host.data(), host.size()));
  if (name == "localhost" || (IsIpv4(name) && name.starts_with("127."))) return true;
  if (!IsHost(name) || name.front() != '[') return false;
  in6_addr address{};
  return inet_pton(AF_INET6, name.substr(1, name.size() - 2).c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
}

}  // namespace taskgateway::server

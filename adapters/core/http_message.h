// An HTTP request and an HTTP response as plain values: what adapters build and read, and what the gateway sends.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taskgateway::core {

// One header field. Names are lower-case.
struct HttpHeader {
  std::string name;
  std::string value;
};

// Header fields in the order they are sent or were received.
using HttpHeaders = std::vector<HttpHeader>;

// The value of the first header called `name` (lower-case), or an empty view.
inline std::string_view FindHeader(const HttpHeaders& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

// A request, exactly as its bytes go on the wire.
struct HttpRequest {
  std::string method;   // upper-case
  std::string host;     // host or host:port, as in the Host header; the gateway fills it in from the source's endpoint
  std::string path;     // percent-encoded, starts with '/'
  std::string query;    // canonically encoded, without '?'; empty for none
  HttpHeaders headers;  // without host
  std::string body;
};

// A response. `body` is decoded (gzip undone) and within the cap that the request was sent with.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

}  // namespace taskgateway::core

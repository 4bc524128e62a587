// A small HTTP server for the admin port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace taskgateway::server {

struct HttpQuestion {
  std::string method;  // `GET`, `HEAD` (as GET, the body is dropped) or `PUT`
  std::string query;   // behind the question mark, as sent
  std::string host;    // the header
  std::string peer;    // IP address
};

struct HttpAnswer {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
};

// One path. Only GET and HEAD, unless it also takes PUT.
struct HttpRoute {
  std::string path;
  std::function<HttpAnswer(const HttpQuestion&)> answer;  // any thread, several at once; may block for a while
  bool takes_put = false;
};

// Serves its routes and nothing else: HTTP/1.1, a connection per request, headers of 8 KiB at most, no request bodies.
// A client gets 5 s to ask and 5 s to take the answer; of 64 connections at once one more is closed. Thread-safe.
class HttpServer {
 public:
  // `address` is host:port, port 0 takes a free one. Error: UNAVAILABLE when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address, std::vector<HttpRoute> routes);
  // Closes every connection, and waits for the answers that are being made.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  struct Core;
  class Session;
  explicit HttpServer(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
};

}  // namespace taskgateway::server

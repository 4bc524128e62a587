// Requests as a client of the two APIs signs them.
#pragma once

#include <string>
#include <string_view>

#include "adapters/alibaba/signer.h"
#include "adapters/core/http_message.h"

namespace taskgateway::simulator {

inline const core::Credentials kTestKey{"key", core::Secret("secret"), {}};

// Unsigned.
inline core::HttpRequest CloudControlRequest(std::string_view action, std::string_view task_id) {
  const bool cancel = action == "CancelTask";
  core::HttpRequest request;
  request.method = cancel ? "PUT" : "GET";
  request.host = "127.0.0.1";
  request.path = "/api/v1/tasks/" + alibaba::PercentEncode(task_id) + (cancel ? "/operation/cancel" : "");
  request.headers = {{"x-acs-action", std::string(action)}, {"x-acs-version", "2022-08-30"}};
  return request;
}

inline core::HttpRequest ServiceCatalogRequest(std::string_view action, std::string body) {
  core::HttpRequest request;
  request.method = "POST";
  request.host = "127.0.0.1";
  request.path = "/";
  request.headers = {{"x-acs-action", std::string(action)},
                     {"x-acs-version", "2021-09-01"},
                     {"content-type", "application/x-www-form-urlencoded"}};
  request.body = std::move(body);
  return request;
}

// Signed with a nonce that no other request has.
inline core::HttpRequest Signed(core::HttpRequest request, absl::Time now,
                                const core::Credentials& credentials = kTestKey) {
  static int nonces = 0;
  const std::string nonce = "nonce-" + std::to_string(++nonces);
  alibaba::Sign(request, credentials, {.time = now, .nonce = nonce});
  return request;
}

}  // namespace taskgateway::simulator

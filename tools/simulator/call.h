// A request as the APIs understand it, and their answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/core/http_message.h"
#include "tools/simulator/api.h"
#include "tools/simulator/api_error.h"
#include "tools/simulator/body.h"

namespace taskgateway::simulator {

struct Call {
  Api api = Api::kUnknown;
  std::string_view action;  // x-acs-action; the request owns it
  std::string subject;      // the task's id, else the provisioned product's
  std::string_view request_id;
  // Of query and form body, decoded (Service Catalog).
  std::vector<std::pair<std::string, std::string>> parameters;

  // The value of a parameter, or empty.
  std::string_view Parameter(std::string_view name) const;
};

// An API's own answer to a call: one of the two.
struct Answer {
  std::optional<ApiError> error;
  Body body;
};

// Undoes percent encoding; `plus_is_space` as in form bodies.
std::string PercentDecode(std::string_view text, bool plus_is_space);

// Reads path, x-acs-version, x-acs-action and parameters. The API is unknown when they do not fit together.
Call ReadCall(const core::HttpRequest& request);

}  // namespace taskgateway::simulator

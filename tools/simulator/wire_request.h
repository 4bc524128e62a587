// A request as it was read, brought to the form that signatures are made over.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "adapters/core/http_message.h"

namespace taskgateway::simulator {

using WireRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Header names become lower-case, path and query canonical; the body is moved out of `wire`.
core::HttpRequest ToHttpRequest(WireRequest& wire);

}  // namespace taskgateway::simulator

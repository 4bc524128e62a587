// The configuration's reference, for the README and for `taskgateway --print-config-reference`.
#pragma once

#include <string>

namespace taskgateway::server {

// A Markdown table with a row for each field of config.proto, in its order: type, what it accepts and in which unit,
// default, when a change takes effect, and the field's comment.
std::string ConfigReference();

}  // namespace taskgateway::server

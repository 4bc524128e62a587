// Messages as JSON for people and browsers.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace taskgateway::server {

enum class JsonLayout { kOneLine, kLines };

// The message with all its fields, those at their defaults too, under their names in the proto file. `{}` for what JSON
// cannot say: a time out of range, or text that is not UTF-8.
std::string WholeJson(const google::protobuf::Message& message, JsonLayout layout);

}  // namespace taskgateway::server

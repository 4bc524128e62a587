// A JSON number, from its text to the value that a document keeps.
#pragma once

#include <string_view>

#include "rapidjson/document.h"

namespace taskgateway::core {

// Adds the number that `text` prints (by JSON's grammar) as the next value of `document`, by the rules at JsonDocument.
// The document refers to `text` where it stays text. Returns what the document's own handler returns.
bool AddNumber(std::string_view text, rapidjson::Document& document);

}  // namespace taskgateway::core

// A JSON number, from its text to the value that a document keeps.
#pragma once

#include <string_view>

#include "rapidjson/document.h"

namespace taskgateway::core {

// What makes values of a document's events.
using JsonBuilder =
    rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::MemoryPoolAllocator<>, rapidjson::MemoryPoolAllocator<>>;

// Adds the number that `text` prints (by JSON's grammar) as the next value of `document`, by the rules at JsonDocument.
// The document refers to `text` where it stays text. Returns what the document's own handler returns.
bool AddNumber(std::string_view text, JsonBuilder& document);

}  // namespace taskgateway::core

// YAML as a JSON document, so that scenarios and control requests have one reader.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "rapidjson/document.h"

namespace taskgateway::simulator {

// Quoted scalars are strings; plain ones are null, booleans, whole numbers and decimals where they look like it (YAML's
// core schema), else strings. An empty document is an empty object. Errors: INVALID_ARGUMENT with line and column.
absl::StatusOr<rapidjson::Document> YamlToJson(std::string_view yaml);

}  // namespace taskgateway::simulator

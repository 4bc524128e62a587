// The error of a task, with the JSON document that the APIs bury inside its message.
#pragma once

#include <string_view>

#include "adapters/core/json_reader.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::alibaba {

// Fills everything but `code` for CANCELLED tasks (always 1, which is the caller's). `code` is the upstream's word, may
// be empty; `message` is the value as the upstream sent it, or a null pointer; both are kept as they are. Four shapes
// decode: a JSON string that holds a JSON document, a JSON object, a string that holds broken JSON, and plain text; the
// last two keep the text and have no root. The buried keys are `requestId`, `errorCode`, `errorMsg` or `RequestId`,
// `Code`, `Message`, in any letter case; documents inside documents are followed three deep. True when text inside a
// buried document had to be repaired to UTF-8.
bool DecodeTaskError(std::string_view code, const core::JsonValue* message, v1::TaskError* error);

// google.rpc.Code number of a downstream error word: a table; 2 (UNKNOWN) for words that it does not have.
int CodeOfWord(std::string_view word);

}  // namespace taskgateway::alibaba

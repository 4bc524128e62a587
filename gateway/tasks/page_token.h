// Where a list of tasks goes on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/task_adapter.h"

namespace taskgateway::tasks {

// The token of page `query.page_number` of what `source` lists. It binds source, filter and page size; nothing else
// goes into it, so every replica makes and takes the same ones. Opaque to callers: characters of the web-safe Base64
// alphabet, fewer than 100 of them.
std::string ToPageToken(std::string_view source, const ListQuery& query);

// The page that `token` asks for. Nothing when it is not one that ToPageToken makes for `source` and `query`, whatever
// the query's page.
std::optional<int> PageOf(std::string_view token, std::string_view source, const ListQuery& query);

}  // namespace taskgateway::tasks

// Kind -> adapter. A new adapter is one folder and one line in registry.cc.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/task_adapter.h"

namespace taskgateway::registry {

// The adapter of a kind, or a null pointer. It lives as long as the process.
const TaskAdapter* FindAdapter(std::string_view kind);

// Every kind, sorted.
std::vector<std::string_view> Kinds();

}  // namespace taskgateway::registry

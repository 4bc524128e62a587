// What a simulated task shows where its script says nothing.
#pragma once

#include <string>
#include <string_view>

#include "tools/simulator/api.h"
#include "tools/simulator/json_text.h"

namespace taskgateway::simulator {

// All documented members of the API's task object in the order of its reference page, except Cloud Control's `error`,
// which tasks normally lack. The times are in the APIs' format.
Members DefaultFields(Api api, const std::string& id, const std::string& status, const std::string& create_time,
                      const std::string& update_time);

// The members of a provisioned product without its task ids. `status` is UnderChange, Available or Error.
Members DefaultProductFields(const std::string& id, const std::string& status, const std::string& create_time);

}  // namespace taskgateway::simulator

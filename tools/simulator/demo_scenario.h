// What the simulator plays when nobody tells it otherwise.
#pragma once

#include <string_view>

namespace taskgateway::simulator {

// Tasks of both APIs in every state; a scenario file, also to learn from.
std::string_view DemoScenario();

}  // namespace taskgateway::simulator

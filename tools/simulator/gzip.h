// The gzip form of bytes.
#pragma once

#include <string>
#include <string_view>

namespace taskgateway::simulator {

std::string Gzip(std::string_view bytes);

}  // namespace taskgateway::simulator

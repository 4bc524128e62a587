// Text without the white space around it.
#pragma once

#include <string_view>

namespace taskgateway::core {

// `text` without ASCII white space at either end.
constexpr std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace taskgateway::core

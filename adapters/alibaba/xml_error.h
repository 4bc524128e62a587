// The XML form of the gateway's error replies, which it uses where a request did not get as far as its format.
#pragma once

#include <string>
#include <string_view>

namespace taskgateway::alibaba {

// The text of the element `name` (case as given) of a reply whose root is `<Error>`: entities decoded, white space
// trimmed. Empty when the body is something else, an HTML page included, or has no such element in its first 64 KiB.
std::string XmlErrorField(std::string_view body, std::string_view name);

}  // namespace taskgateway::alibaba

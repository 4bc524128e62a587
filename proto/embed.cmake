# Writes the bytes of INPUT into the header OUTPUT as taskgateway::config::v1::kDescriptorSet.
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(................................................................)" "\\1\"\n    \"" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
file(WRITE ${OUTPUT} "// Generated: config.proto and its imports as a google.protobuf.FileDescriptorSet, with the comments.
#pragma once

#include <string_view>

namespace taskgateway::config::v1 {

inline constexpr std::string_view kDescriptorSet(
    \"${hex}\",
    ${size});

}  // namespace taskgateway::config::v1
")

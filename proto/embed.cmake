# Writes the bytes of INPUT into the header OUTPUT as NAMESPACE::NAME.
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(................................................................)" "\\1\"\n    \"" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
get_filename_component(input ${INPUT} NAME)
file(WRITE ${OUTPUT} "// Generated: the bytes of ${input}.
#pragma once

#include <string_view>

namespace ${NAMESPACE} {

inline constexpr std::string_view ${NAME}(
    \"${hex}\",
    ${size});

}  // namespace ${NAMESPACE}
")

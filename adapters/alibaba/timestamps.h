// The times that Alibaba Cloud's APIs print.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace taskgateway::alibaba {

// `2022-10-09T00:46:03Z`, UTC; surrounding white space and fractions of a second are accepted. Nothing for anything
// else, and for years outside 0001..9999, which google.protobuf.Timestamp cannot hold.
std::optional<absl::Time> ParseTimestamp(std::string_view text);

// The form that x-acs-date has.
std::string FormatTimestamp(absl::Time time);

// The Date header of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::optional<absl::Time> ParseHttpDate(std::string_view text);

}  // namespace taskgateway::alibaba

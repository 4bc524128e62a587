// How google.rpc details get into a status.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"

namespace taskgateway::core {

// The key of a detail among the payloads of an absl::Status.
template <typename Detail>
const std::string& TypeUrl() {
  static const std::string* const url =
      new std::string(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  return *url;
}

// The message's bytes, the same ones each time: maps are sorted.
std::string Serialized(const google::protobuf::Message& message);

// RetryInfo with `delay`, kept within a millisecond and an hour; a delay that is not positive counts as unknown: 1 s.
google::rpc::RetryInfo RetryAfterDelay(absl::Duration delay);

// Text that may stand in a status: valid UTF-8, each run of control characters and spaces a single space, no space at
// either end, and cut at a character border to `max_bytes`, with an ellipsis for what is gone.
std::string CleanText(std::string_view text, std::size_t max_bytes);

}  // namespace taskgateway::core

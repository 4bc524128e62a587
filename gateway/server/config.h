// The configuration file: reading it and telling everything that is wrong with it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// Larger files are refused.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;

// Reads and checks the YAML file at `path`: config.proto's fields and rules, then what the fields say of each other.
// Defaults are filled in, also inside messages that the file leaves out, and endpoints are in their shortest spelling
// (EndpointUrl::Url).
//
// Error: INVALID_ARGUMENT (NOT_FOUND when the file cannot be opened). Its message has one line for each thing that is
// wrong, `file:line: field: what, with the value; remedy`, at most kMaxProblems of them. It never has a secret.
absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path);

// The same for text; `file_name` is for errors.
absl::StatusOr<config::v1::Config> ParseConfig(std::string_view yaml, std::string_view file_name);

// Replaces listen.address by the command line's and checks it the same way. Error: INVALID_ARGUMENT, naming `--listen`.
absl::Status OverrideListenAddress(std::string_view address, config::v1::Config* config);

}  // namespace taskgateway::server

// The configuration as it may be shown.
#pragma once

#include <string>

#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// As JSON with the file's field names, each secret (Rule.secret) as `***`. YAML readers read it too.
std::string RedactedJson(config::v1::Config config);

// 32 hexadecimal digits that are the same for the same configuration. Secrets are no part of it: who sees a digest
// could try guesses against it.
std::string DigestOf(const config::v1::Config& config);

}  // namespace taskgateway::server

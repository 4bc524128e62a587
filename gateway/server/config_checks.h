// What the fields of a configuration say of each other, and of the world outside of the file.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "gateway/server/config_problems.h"
#include "taskgateway/config/v1/config.pb.h"

namespace taskgateway::server {

// Checks what no rule of a single field can: names are one of a kind and references lead somewhere, endpoints are safe,
// certificate files can be read, budgets agree, timeouts are in order. Fields that already have a problem are passed
// over. `now` is for certificates, which expire.
void CheckConfig(const config::v1::Config& config, const FieldLines& lines, absl::Time now, Problems* problems);

// What is wrong with the address to listen on, from the value on and with the remedy; empty when nothing is.
std::string ListenProblem(const config::v1::Listen& listen);

}  // namespace taskgateway::server

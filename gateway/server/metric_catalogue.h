// Every metric of the gateway: the one place where names, labels and meanings are written down.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "prometheus/metric_type.h"

namespace taskgateway::server {

struct Metric {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view labels;  // names with commas between; their values come from the configuration or from our code
  std::string_view help;
};

// Sorted as they are exported.
std::span<const Metric> MetricCatalogue();

// The catalogue as a Markdown table.
std::string MetricsReference();

}  // namespace taskgateway::server

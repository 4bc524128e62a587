// Samples, put into the families of the catalogue.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/histogram.h"
#include "prometheus/metric_family.h"

namespace taskgateway::server {

// Collects the samples of one scrape. Names and numbers of labels are the catalogue's; anything else is a bug and ends
// the process.
class MetricFamilies {
 public:
  MetricFamilies();
  // A counter or a gauge. `labels` are the values, in the order of the catalogue.
  void Add(std::string_view name, std::initializer_list<std::string_view> labels, double value);
  void Add(std::string_view name, std::initializer_list<std::string_view> labels,
           const base::Histogram::Snapshot& value);
  // Those that have samples, in the order of the catalogue.
  std::vector<prometheus::MetricFamily> Take() &&;

 private:
  prometheus::ClientMetric& Sample(std::string_view name, std::initializer_list<std::string_view> labels);

  std::vector<prometheus::MetricFamily> families_;
  std::map<std::string_view, std::size_t> places_;
};

}  // namespace taskgateway::server

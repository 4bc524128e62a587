#include "gateway/server/metric_families.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_split.h"
#include "gateway/server/metric_catalogue.h"

namespace taskgateway::server {

MetricFamilies::MetricFamilies() {
  for (const Metric& metric : MetricCatalogue()) {
    places_.emplace(metric.name, families_.size());
    families_.push_back({std::string(metric.name), std::string(metric.help), metric.type, {}});
  }
}

prometheus::ClientMetric& MetricFamilies::Sample(std::string_view name,
                                                 std::initializer_list<std::string_view> labels) {
  const std::size_t place = places_.at(name);
  const std::string_view names = MetricCatalogue()[place].labels;
  prometheus::ClientMetric& sample = families_[place].metric.emplace_back();
  const std::vector<std::string> keys =
      absl::StrSplit(absl::string_view(names.data(), names.size()), ',', absl::SkipEmpty());
  if (keys.size() != labels.size()) {
    std::cerr << "metric " << name << " has " << keys.size() << " labels" << std::endl;
    std::abort();
  }
  auto key = keys.begin();
  for (const std::string_view value : labels) sample.label.push_back({*key++, std::string(value)});
  return sample;
}

void MetricFamilies::Add(std::string_view name, std::initializer_list<std::string_view> labels, double value) {
  prometheus::ClientMetric& sample = Sample(name, labels);
  sample.counter.value = value;  // one of the two is read
  sample.gauge.value = value;
}

void MetricFamilies::Add(std::string_view name, std::initializer_list<std::string_view> labels,
                         const base::Histogram::Snapshot& value) {
  prometheus::ClientMetric::Histogram& histogram = Sample(name, labels).histogram;
  histogram.sample_sum = absl::ToDoubleSeconds(value.sum);
  for (std::size_t i = 0; i < base::kLatencyBounds.size(); ++i) {
    histogram.sample_count += value.counts[i];
    histogram.bucket.push_back({histogram.sample_count, absl::ToDoubleSeconds(base::kLatencyBounds[i])});
  }
  histogram.sample_count += value.counts.back();
}

std::vector<prometheus::MetricFamily> MetricFamilies::Take() && {
  std::erase_if(families_, [](const prometheus::MetricFamily& family) { return family.metric.empty(); });
  return std::move(families_);
}

}  // namespace taskgateway::server

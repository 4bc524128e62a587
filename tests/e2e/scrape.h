// What the admin port's /metrics says.
#pragma once

#include <map>
#include <sstream>
#include <string>

namespace taskgateway::e2e {

// Values by series, `name{label="value",…}` as written.
class Scrape {
 public:
  explicit Scrape(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.rfind(' ');
      if (line.starts_with('#') || space == std::string::npos) continue;
      values_[line.substr(0, space)] = std::stod(line.substr(space + 1));
    }
  }

  // -1: there is no such series.
  double Of(const std::string& series) const {
    const auto found = values_.find(series);
    return found == values_.end() ? -1 : found->second;
  }
  // Over all series of a metric whose labels have all of `parts`.
  double Sum(const std::string& metric, std::initializer_list<const char*> parts = {}) const {
    double sum = 0;
    for (const auto& [series, value] : values_) {
      bool fits = series == metric || series.starts_with(metric + "{");
      for (const char* part : parts) fits = fits && series.find(part) != std::string::npos;
      if (fits) sum += value;
    }
    return sum;
  }
  const std::map<std::string, double>& values() const { return values_; }

 private:
  std::map<std::string, double> values_;
};

}  // namespace taskgateway::e2e

#include "gateway/server/metric_catalogue.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "gateway/server/metric_families.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace taskgateway::server {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(MetricCatalogueTest, ANameIsThereOnceAndTellsItsTypeAsPrometheusWantsIt) {
  std::set<std::string_view> names;
  for (const Metric& metric : MetricCatalogue()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_EQ(metric.name.ends_with("_total"), metric.type == prometheus::MetricType::Counter) << metric.name;
    EXPECT_TRUE(metric.help.ends_with(".")) << metric.name;
    EXPECT_EQ(metric.help.find('|'), std::string_view::npos) << metric.name;
  }
}

TEST(MetricCatalogueTest, TheReadmeHasItUnchanged) {
  std::ifstream file(TASKGATEWAY_SOURCE_DIR "/README.md");
  std::stringstream readme;
  readme << file.rdbuf();
  EXPECT_THAT(readme.str(), HasSubstr("<!-- metrics:begin -->\n" + MetricsReference() + "<!-- metrics:end -->"))
      << "Put the output of `taskgateway --print-metrics-reference` into README.md, between the lines <!-- "
         "metrics:begin --> and <!-- metrics:end -->.";
}

TEST(MetricFamiliesTest, SamplesAreWrittenAsPrometheusReadsThem) {
  base::Histogram histogram;
  histogram.Observe(absl::Milliseconds(2));
  histogram.Observe(absl::Minutes(2));
  MetricFamilies families;
  families.Add("taskgateway_breaker_open", {"a \"quoted\"\nsource"}, 1);
  families.Add("taskgateway_upstream_attempt_seconds", {"s", "GetTask"}, histogram.Value());
  const std::vector<prometheus::MetricFamily> taken = std::move(families).Take();
  EXPECT_THAT(taken, SizeIs(2)) << "families without samples are left out";
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, taken);
  EXPECT_THAT(text.str(), HasSubstr("# TYPE taskgateway_breaker_open gauge\n"));
  EXPECT_THAT(text.str(), HasSubstr("taskgateway_breaker_open{source=\"a \\\"quoted\\\"\\nsource\"} 1\n"));
  const std::string series = "taskgateway_upstream_attempt_seconds_bucket{source=\"s\",operation=\"GetTask\",le=";
  EXPECT_THAT(text.str(), HasSubstr(series + "\"0.001\"} 0\n"));
  EXPECT_THAT(text.str(), HasSubstr(series + "\"0.005\"} 1\n"));
  EXPECT_THAT(text.str(), HasSubstr(series + "\"60\"} 1\n"));
  EXPECT_THAT(text.str(), HasSubstr(series + "\"+Inf\"} 2\n"));
}

TEST(MetricFamiliesDeathTest, AWrongNumberOfLabelsIsABug) {
  MetricFamilies families;
  EXPECT_DEATH(families.Add("taskgateway_breaker_open", {}, 1), "has 1 labels");
}

}  // namespace
}  // namespace taskgateway::server

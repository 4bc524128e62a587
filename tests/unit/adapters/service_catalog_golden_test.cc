// Every reply in adapters/service_catalog/testdata decodes into what stands beside it.
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"

namespace taskgateway::service_catalog {
namespace {

// The id that the vendor's sample reply has, asterisks and all.
constexpr std::string_view kTaskId = "task-bp1dmg242c****";

class ServiceCatalogGolden : public testing::TestWithParam<std::string> {};

TEST_P(ServiceCatalogGolden, DecodesAsWritten) {
  golden::ExpectDecodesAsWritten("service_catalog", kTaskId, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Pairs, ServiceCatalogGolden, testing::ValuesIn(golden::PairNames("service_catalog")),
                         golden::TestName);

TEST(ServiceCatalogTestdata, HasNothingButPairs) { golden::ExpectNothingButPairs("service_catalog"); }

}  // namespace
}  // namespace taskgateway::service_catalog

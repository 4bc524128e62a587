// Every reply in adapters/cloud_control/testdata decodes into what stands beside it.
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"

namespace taskgateway::cloud_control {
namespace {

// The id that the vendor's sample reply has, asterisks and all.
constexpr std::string_view kTaskId = "task-433aead756057fff8189a7ce5****";

class CloudControlGolden : public testing::TestWithParam<std::string> {};

TEST_P(CloudControlGolden, DecodesAsWritten) { golden::ExpectDecodesAsWritten("cloud_control", kTaskId, GetParam()); }

INSTANTIATE_TEST_SUITE_P(Pairs, CloudControlGolden, testing::ValuesIn(golden::PairNames("cloud_control")),
                         golden::TestName);

TEST(CloudControlTestdata, HasNothingButPairs) { golden::ExpectNothingButPairs("cloud_control"); }

}  // namespace
}  // namespace taskgateway::cloud_control

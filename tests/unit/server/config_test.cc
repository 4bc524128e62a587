#include "gateway/server/config.h"

#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSmallest = R"(
accounts:
  - name: main
    credentials: {environment: {}}
sources:
  - name: cc
    kind: cloud_control
    account: main
    endpoint: https://cloudcontrol.aliyuncs.com
)";

config::v1::Config Parse(std::string_view yaml) {
  const absl::StatusOr<config::v1::Config> config = ParseConfig(yaml, "test.yaml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *config : config::v1::Config();
}

std::string With(std::string_view more) { return absl::StrCat(kSmallest.data(), std::string(more)); }

TEST(ParseConfigTest, DefaultsAreFilledInAlsoInMessagesThatAreNotGiven) {
  const config::v1::Config config = Parse(kSmallest);
  EXPECT_EQ(config.listen().address(), "127.0.0.1:8980");
  EXPECT_FALSE(config.listen().insecure_plaintext());
  EXPECT_EQ(config.limits().connect_timeout().seconds(), 3);
  EXPECT_EQ(config.limits().attempt_timeout().seconds(), 10);
  EXPECT_EQ(config.limits().large_reply_timeout().seconds(), 60);
  EXPECT_EQ(config.limits().max_attempts(), 4);
  EXPECT_EQ(config.limits().max_queued_reads(), 1000);
  EXPECT_EQ(config.limits().max_transfers(), 256);
  EXPECT_EQ(config.limits().decode_threads(), 1);
  EXPECT_EQ(config.limits().max_request_bytes(), 65536);
  EXPECT_EQ(config.log().level(), "info");
  EXPECT_TRUE(config.accounts(0).credentials().has_environment());
}

TEST(ParseConfigTest, WhatIsGivenReplacesTheDefault) {
  const config::v1::Config config =
      Parse(With("limits: {max_attempts: 1, connect_timeout: 1.5s}\nlog: {level: error}"));
  EXPECT_EQ(config.limits().max_attempts(), 1);
  EXPECT_EQ(config.limits().connect_timeout().seconds(), 1);
  EXPECT_EQ(config.limits().connect_timeout().nanos(), 500'000'000);
  EXPECT_EQ(config.limits().max_transfers(), 256);
  EXPECT_EQ(config.log().level(), "error");
}

TEST(ParseConfigTest, DurationsAreWrittenAsPeopleWriteThem) {
  const struct {
    std::string_view text;
    std::int64_t seconds;
    std::int32_t nanos;
  } kCases[] = {{"10s", 10, 0}, {"1.5s", 1, 500'000'000}, {"200ms", 0, 200'000'000},   {"\"4s\"", 4, 0},
                {"1m", 60, 0},  {"0.5m", 30, 0},          {"1s500ms", 1, 500'000'000}, {".5s", 0, 500'000'000}};
  for (const auto& test : kCases) {
    const config::v1::Config config =
        Parse(With(absl::StrCat("limits: {connect_timeout: 100ms, attempt_timeout: ", std::string(test.text), "}")));
    EXPECT_EQ(config.limits().attempt_timeout().seconds(), test.seconds) << test.text;
    EXPECT_EQ(config.limits().attempt_timeout().nanos(), test.nanos) << test.text;
  }
}

TEST(ParseConfigTest, ANumberIsTextWhereTextIsWanted) {
  const config::v1::Config config = Parse(R"(
accounts:
  - name: main
    credentials: {static: {access_key_id: 0123, access_key_secret: 1e5}}
sources:
  - {name: cc, kind: cloud_control, account: main, endpoint: 'https://cloudcontrol.aliyuncs.com'}
)");
  EXPECT_EQ(config.accounts(0).credentials().static_().access_key_id(), "0123");
  EXPECT_EQ(config.accounts(0).credentials().static_().access_key_secret(), "1e5");
}

TEST(ParseConfigTest, AWholeNumberIsANumber) {
  const config::v1::Config config = Parse(With("    budgets: [{operation: GetTask, requests_per_second: 7}]"));
  EXPECT_EQ(config.sources(0).budgets(0).requests_per_second(), 7.0);
}

TEST(ParseConfigTest, BurstFollowsTheRateUnlessGiven) {
  const auto burst = [](std::string_view budget) {
    return Parse(With(absl::StrCat("    budgets: [{operation: GetTask, ", std::string(budget), "}]")))
        .sources(0)
        .budgets(0)
        .burst();
  };
  EXPECT_EQ(burst("requests_per_second: 7.9"), 7);
  EXPECT_EQ(burst("requests_per_second: 0.5"), 1);
  EXPECT_EQ(burst("requests_per_second: 7, burst: 2"), 2);
}

TEST(ParseConfigTest, EndpointsGetTheirShortestSpelling) {
  const config::v1::Config config = Parse(R"(
accounts: [{name: main, credentials: {environment: {}}}]
sources:
  - {name: a, kind: cloud_control, account: main, endpoint: "HTTPS://CloudControl.aliyuncs.com:443"}
  - {name: b, kind: cloud_control, account: main, endpoint: "http://[::1]:8081"}
)");
  EXPECT_EQ(config.sources(0).endpoint(), "https://cloudcontrol.aliyuncs.com");
  EXPECT_EQ(config.sources(1).endpoint(), "http://[::1]:8081");
}

TEST(ParseConfigTest, AnchorsRepeatWhatTheyName) {
  const config::v1::Config config = Parse(R"(
accounts:
  - {name: a, credentials: &keys {environment: {prefix: TEAM}}}
  - {name: b, credentials: *keys}
sources:
  - {name: cc, kind: cloud_control, account: b, endpoint: https://cloudcontrol.aliyuncs.com}
)");
  EXPECT_EQ(config.accounts(1).credentials().environment().prefix(), "TEAM");
}

TEST(ParseConfigTest, AKeyWithNothingBelowItIsAMappingOfDefaults) {
  const config::v1::Config config = Parse(R"(
listen:
limits:
  # max_attempts: 1
accounts:
  - name: main
    credentials:
      environment:
sources:
  - {name: cc, kind: cloud_control, account: main, endpoint: https://cloudcontrol.aliyuncs.com, budgets: }
)");
  EXPECT_TRUE(config.accounts(0).credentials().has_environment());
  EXPECT_EQ(config.limits().max_attempts(), 4);
}

TEST(ParseConfigTest, PlainHttpIsForLoopbackUnlessSaidOtherwise) {
  for (const std::string_view endpoint :
       {"http://localhost:8081", "http://127.9.9.9:1", "http://[::1]", "http://10.0.0.1\n    insecure: true"}) {
    Parse(
        absl::StrCat("accounts: [{name: main, credentials: {environment: {}}}]\nsources:\n  - name: cc\n"
                     "    kind: cloud_control\n    account: main\n    endpoint: ",
                     std::string(endpoint)));
  }
}

TEST(ParseConfigTest, SourcesMayShareABudgetThatOneOfThemOrBothGiveAlike) {
  Parse(R"(
accounts: [{name: main, credentials: {environment: {}}}, {name: other, credentials: {environment: {}}}]
sources:
  - {name: a, kind: cloud_control, account: main, endpoint: "https://x.com",
     budgets: [{operation: GetTask, requests_per_second: 7}]}
  - {name: b, kind: cloud_control, account: main, endpoint: "https://x.com",
     budgets: [{operation: GetTask, requests_per_second: 7, burst: 7}]}
  - {name: c, kind: cloud_control, account: main, endpoint: "https://x.com"}
  - {name: d, kind: cloud_control, account: other, endpoint: "https://x.com",
     budgets: [{operation: GetTask, requests_per_second: 8}]}
  - {name: e, kind: cloud_control, account: main, endpoint: "https://x.com:444",
     budgets: [{operation: GetTask, requests_per_second: 9}]}
)");
}

TEST(LoadConfigTest, TheExampleIsValidAndShowsTheDefaults) {
  const absl::StatusOr<config::v1::Config> example =
      LoadConfig(TASKGATEWAY_SOURCE_DIR "/gateway/server/taskgateway.example.yaml");
  ASSERT_TRUE(example.ok()) << example.status();
  EXPECT_EQ(example->accounts_size(), 3);
  EXPECT_EQ(example->sources_size(), 4);
  const config::v1::Config defaults = Parse(kSmallest);
  using google::protobuf::util::MessageDifferencer;
  EXPECT_TRUE(MessageDifferencer::Equals(example->limits(), defaults.limits()));
  EXPECT_TRUE(MessageDifferencer::Equals(example->listen(), defaults.listen()));
  EXPECT_TRUE(MessageDifferencer::Equals(example->log(), defaults.log()));
  EXPECT_TRUE(MessageDifferencer::Equals(example->admin(), defaults.admin()));
}

TEST(ParseConfigTest, TheAdminPortIsOnLoopbackUnlessItIsOffOrElsewhere) {
  const std::string smallest(kSmallest);
  EXPECT_EQ(Parse(smallest).admin().address(), "127.0.0.1:8982");
  EXPECT_EQ(Parse(smallest + "\nadmin: {address: \"\"}\n").admin().address(), "");
  EXPECT_EQ(Parse(smallest + "\nadmin: {address: \"0.0.0.0:8982\"}\n").admin().address(), "0.0.0.0:8982");
  const absl::Status status = ParseConfig(smallest + "\nadmin: {address: \"127.0.0.1:70000\"}\n", "f").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("admin.address: is \"127.0.0.1:70000\", which "));
}

TEST(LoadConfigTest, AFileThatCannotBeReadIsNamedWithTheRemedy) {
  const std::string path = ::testing::TempDir() + "no-such-file.yaml";
  EXPECT_EQ(LoadConfig(path).status(),
            absl::NotFoundError(path + ": cannot be opened; give the path of a readable file"));
  EXPECT_THAT(std::string(LoadConfig(::testing::TempDir()).status().message()),
              HasSubstr("give the path of a readable"));
}

TEST(LoadConfigTest, ErrorsBeginWithTheFileAsItWasGiven) {
  const std::string path = ::testing::TempDir() + std::to_string(getpid()) + "load_config_test.yaml";
  std::ofstream(path) << "listen: 5\n" << kSmallest;
  EXPECT_THAT(std::string(LoadConfig(path).status().message()), HasSubstr(path + ":1: listen: is a text"));
}

TEST(OverrideListenAddressTest, TheCommandLinesAddressIsCheckedLikeTheFiles) {
  config::v1::Config config = Parse(kSmallest);
  EXPECT_TRUE(OverrideListenAddress("localhost:0", &config).ok());
  EXPECT_EQ(config.listen().address(), "localhost:0");
  EXPECT_THAT(std::string(OverrideListenAddress("0.0.0.0:1", &config).message()),
              HasSubstr("--listen: is \"0.0.0.0:1\", plaintext for other machines"));
  EXPECT_FALSE(OverrideListenAddress("localhost", &config).ok());
  config.mutable_listen()->set_insecure_plaintext(true);
  EXPECT_TRUE(OverrideListenAddress("0.0.0.0:1", &config).ok());
}

}  // namespace
}  // namespace taskgateway::server

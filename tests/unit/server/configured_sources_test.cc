#include "gateway/server/configured_sources.h"

#include <map>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/server/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ConfiguredSourcesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<ConfiguredSources>> Make(std::string_view yaml) {
    absl::StatusOr<config::v1::Config> config = ParseConfig(yaml, "test.yaml");
    EXPECT_TRUE(config.ok()) << config.status();
    if (!config.ok()) return config.status();
    config_ = *std::move(config);
    const auto lookup = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = environment_.find(std::string(name));
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
    return ConfiguredSources::Make(&config_, lookup, loop_);
  }

  core::Credentials KeysOf(const tasks::Source& source) {
    core::Credentials keys;
    source.channel.credentials.Get([&](absl::StatusOr<upstream::SharedCredentials> got) { keys = **got; });
    return keys;
  }

  base::SystemClock clock_;
  base::CondVarWaiter waiter_;
  base::EventLoop loop_{clock_, waiter_};
  std::map<std::string, std::string> environment_;
  config::v1::Config config_;
};

constexpr std::string_view kTwoAccounts = R"(
accounts:
  - {name: file, credentials: {static: {access_key_id: id-in-file, access_key_secret: a-secret-that-is-in-the-file}}}
  - {name: team, credentials: {environment: {prefix: TEAM}}}
sources:
  - {name: sc, kind: service_catalog, account: team, endpoint: "https://Catalog.example.com:443"}
  - {name: cc, kind: cloud_control, account: file, endpoint: "http://127.0.0.1:8081"}
)";

TEST_F(ConfiguredSourcesTest, EachSourceHasItsAdapterEndpointAndKeys) {
  environment_ = {{"TEAM_ALIBABA_CLOUD_ACCESS_KEY_ID", "id-of-team"},
                  {"TEAM_ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-of-team"}};
  const auto made = Make(kTwoAccounts);
  ASSERT_TRUE(made.ok()) << made.status();
  const tasks::Source& sc = *(*made)->sources().Find("sc");
  EXPECT_EQ(sc.account, "team");
  EXPECT_EQ(sc.adapter().traits().kind, "service_catalog");
  EXPECT_EQ(sc.channel.endpoint.url, "https://catalog.example.com");
  EXPECT_EQ(sc.channel.endpoint.host, "catalog.example.com");
  EXPECT_EQ(KeysOf(sc).access_key_id, "id-of-team");
  const tasks::Source& cc = *(*made)->sources().Find("cc");
  EXPECT_EQ(cc.channel.endpoint.host, "127.0.0.1:8081");
  EXPECT_EQ(KeysOf(cc).access_key_id, "id-in-file");
  EXPECT_EQ(KeysOf(cc).access_key_secret.Reveal(), "a-secret-that-is-in-the-file");
}

TEST_F(ConfiguredSourcesTest, KeysDoNotStayInTheConfiguration) {
  environment_ = {{"TEAM_ALIBABA_CLOUD_ACCESS_KEY_ID", "id"}, {"TEAM_ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"}};
  ASSERT_TRUE(Make(kTwoAccounts).ok());
  EXPECT_EQ(config_.accounts(0).credentials().static_().access_key_secret(), "");
}

TEST_F(ConfiguredSourcesTest, MissingKeysInTheEnvironmentAreNamedWithTheField) {
  const absl::Status status = Make(kTwoAccounts).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("accounts[1].credentials.environment (team): "),
                                                   HasSubstr("TEAM_ALIBABA_CLOUD_ACCESS_KEY_ID")));
}

TEST_F(ConfiguredSourcesTest, ABudgetBelongsToAccountEndpointAndOperation) {
  environment_ = {{"ALIBABA_CLOUD_ACCESS_KEY_ID", "id"}, {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"}};
  const auto made = Make(R"(
accounts: [{name: x, credentials: {environment: {}}}, {name: y, credentials: {environment: {}}}]
limits: {max_queued_reads: 7}
sources:
  - {name: a, kind: cloud_control, account: x, endpoint: "https://e.com"}
  - {name: b, kind: cloud_control, account: x, endpoint: "https://e.com:443",
     budgets: [{operation: GetTask, requests_per_second: 3.5}]}
  - {name: c, kind: cloud_control, account: y, endpoint: "https://e.com"}
  - {name: d, kind: cloud_control, account: x, endpoint: "https://f.com"}
)");
  ASSERT_TRUE(made.ok()) << made.status();
  const auto get_task = [&](std::string_view source) { return (*made)->sources().Find(source)->budgets[0]; };
  EXPECT_EQ(get_task("a"), get_task("b"));
  EXPECT_EQ(get_task("a")->limits(), (upstream::BudgetLimits{.requests_per_second = 3.5, .burst = 3, .max_queued = 7}));
  EXPECT_NE(get_task("a"), get_task("c"));
  EXPECT_NE(get_task("a"), get_task("d"));
  const Operation& by_default = (*made)->sources().Find("c")->adapter().traits().operations[0];
  EXPECT_EQ(get_task("c")->limits().requests_per_second, by_default.requests_per_second);
  EXPECT_EQ(get_task("c")->limits().burst, by_default.burst);
  EXPECT_NE((*made)->sources().Find("a")->budgets[1], get_task("a")) << "each operation has its own";
}

}  // namespace
}  // namespace taskgateway::server

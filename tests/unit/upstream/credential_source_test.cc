#include "gateway/upstream/credential_source.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Variables = std::map<std::string, std::string, std::less<>>;

absl::StatusOr<core::Credentials> Read(const Variables& variables, std::string_view prefix = "") {
  return FromEnvironment(prefix, [&](std::string_view name) -> std::optional<std::string> {
    const auto variable = variables.find(name);
    if (variable == variables.end()) return std::nullopt;
    return variable->second;
  });
}

TEST(FixedCredentialsTest, GetGivesTheSameKeysEachTimeAtOnce) {
  FixedCredentials source({"id", core::Secret("secret"), core::Secret("token")});
  SharedCredentials first;
  SharedCredentials second;
  source.Get([&](absl::StatusOr<SharedCredentials> current) { first = *std::move(current); });
  source.Get([&](absl::StatusOr<SharedCredentials> current) { second = *std::move(current); });
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first, second);
  EXPECT_EQ(source.AtHand(), first);
  EXPECT_EQ(first->access_key_id, "id");
  EXPECT_EQ(first->access_key_secret.Reveal(), "secret");
  EXPECT_EQ(first->security_token.Reveal(), "token");
}

TEST(FixedCredentialsTest, RenewHasNoOthers) {
  FixedCredentials source({"id", core::Secret("secret"), {}});
  SharedCredentials current;
  source.Get([&](absl::StatusOr<SharedCredentials> keys) { current = *std::move(keys); });
  std::optional<absl::Status> status;
  source.Renew(current, [&](const absl::StatusOr<SharedCredentials>& other) { status = other.status(); });
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code(), absl::StatusCode::kFailedPrecondition);
}

TEST(FromEnvironmentTest, KeyIdAndSecretAreEnough) {
  const auto credentials = Read({{"ALIBABA_CLOUD_ACCESS_KEY_ID", "id"}, {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"}});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "id");
  EXPECT_EQ(credentials->access_key_secret.Reveal(), "secret");
  EXPECT_TRUE(credentials->security_token.empty());
}

TEST(FromEnvironmentTest, ATokenMakesThemTemporary) {
  const auto credentials = Read({{"ALIBABA_CLOUD_ACCESS_KEY_ID", "id"},
                                 {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"},
                                 {"ALIBABA_CLOUD_SECURITY_TOKEN", "token"}});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->security_token.Reveal(), "token");
}

TEST(FromEnvironmentTest, APrefixStandsBeforeEveryNameAndPlainNamesNoLongerCount) {
  const Variables variables = {{"ALIBABA_CLOUD_ACCESS_KEY_ID", "plain"},
                               {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "plain"},
                               {"ALIBABA_CLOUD_SECURITY_TOKEN", "plain"},
                               {"TEAM_A_ALIBABA_CLOUD_ACCESS_KEY_ID", "a"},
                               {"TEAM_A_ALIBABA_CLOUD_ACCESS_KEY_SECRET", "b"}};
  const auto credentials = Read(variables, "TEAM_A");
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  EXPECT_EQ(credentials->access_key_id, "a");
  EXPECT_EQ(credentials->access_key_secret.Reveal(), "b");
  EXPECT_TRUE(credentials->security_token.empty());
  EXPECT_FALSE(Read(variables, "TEAM_B").ok());
}

TEST(FromEnvironmentTest, TheErrorNamesWhatIsMissingAndTheRemedyAndNoValue) {
  struct Row {
    Variables variables;
    bool id_named;
    bool secret_named;
  };
  for (const Row& row :
       {Row{{}, true, true}, Row{{{"P_ALIBABA_CLOUD_ACCESS_KEY_ID", "value"}}, false, true},
        Row{{{"P_ALIBABA_CLOUD_ACCESS_KEY_SECRET", "value"}}, true, false},
        Row{{{"P_ALIBABA_CLOUD_ACCESS_KEY_ID", ""}, {"P_ALIBABA_CLOUD_ACCESS_KEY_SECRET", "value"}}, true, false},
        Row{{{"P_ALIBABA_CLOUD_ACCESS_KEY_ID", "value"}, {"P_ALIBABA_CLOUD_ACCESS_KEY_SECRET", ""}}, false, true}}) {
    const absl::Status status = Read(row.variables, "P").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    const std::string message(status.message());
    EXPECT_THAT(message, AllOf(HasSubstr("set them"), Not(HasSubstr("value")), Not(HasSubstr("SECURITY_TOKEN"))));
    EXPECT_EQ(message.find("P_ALIBABA_CLOUD_ACCESS_KEY_ID") != std::string::npos, row.id_named) << message;
    EXPECT_EQ(message.find("P_ALIBABA_CLOUD_ACCESS_KEY_SECRET") != std::string::npos, row.secret_named) << message;
  }
}

TEST(FromEnvironmentTest, ABlankOrALineEndInAKeyIsNamedBeforeItSpoilsARequest) {
  for (const char* stray : {"value\n", " value", "val\rue", "v\xc3\xa4lue"}) {
    const std::string message(Read({{"ALIBABA_CLOUD_ACCESS_KEY_ID", "id"},
                                    {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"},
                                    {"ALIBABA_CLOUD_SECURITY_TOKEN", stray}})
                                  .status()
                                  .message());
    EXPECT_THAT(message, AllOf(HasSubstr("ALIBABA_CLOUD_SECURITY_TOKEN"), Not(HasSubstr("lue;")), Not(HasSubstr(stray)),
                               Not(HasSubstr("ACCESS_KEY_ID"))));
  }
}

}  // namespace
}  // namespace taskgateway::upstream

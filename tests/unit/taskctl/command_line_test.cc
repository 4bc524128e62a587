#include "tools/taskctl/command_line.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Parsed {
  std::variant<CommandLine, int> result;
  std::string out;
  std::string err;

  const CommandLine& line() const { return std::get<CommandLine>(result); }
  const GetCommand& get() const { return std::get<GetCommand>(line().command); }
};

Parsed Parse(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  auto result = ParseCommandLine(arguments, out, err);
  return {std::move(result), out.str(), err.str()};
}

TEST(CommandLine, GetTakesNamesInTheirOrder) {
  const Parsed parsed = Parse({"get", "b/2", "task-1"});
  EXPECT_THAT(parsed.get().names, ElementsAre("sources/b/tasks/2", "sources/-/tasks/task-1"));
  EXPECT_EQ(parsed.get().view, v1::TASK_VIEW_BASIC);
  EXPECT_EQ(parsed.get().max_staleness, std::nullopt);
  EXPECT_EQ(parsed.line().output, OutputFormat::kTable);
  EXPECT_TRUE(parsed.line().settings.empty());
}

TEST(CommandLine, GetOptions) {
  const Parsed parsed = Parse({"get", "x", "-o", "yaml", "--view", "raw", "--max-staleness", "1.5s"});
  EXPECT_EQ(parsed.line().output, OutputFormat::kYaml);
  EXPECT_EQ(parsed.get().view, v1::TASK_VIEW_RAW);
  EXPECT_EQ(parsed.get().max_staleness, absl::Milliseconds(1500));
  EXPECT_EQ(Parse({"get", "x", "--max-staleness", "0"}).get().max_staleness, absl::ZeroDuration());
}

TEST(CommandLine, HealthAsksAboutAServiceOrAll) {
  EXPECT_EQ(std::get<HealthCommand>(Parse({"health", "live"}).line().command).service, "live");
  EXPECT_EQ(std::get<HealthCommand>(Parse({"health"}).line().command).service, "");
}

TEST(CommandLine, ConnectionOptionsStandBeforeOrBehindTheCommand) {
  const SettingTexts expected = {{"server", "a:1"}, {"server_name", "n"}, {"tls", "true"}};
  EXPECT_EQ(Parse({"--server", "a:1", "--tls", "--server-name=n", "sources"}).line().settings, expected);
  EXPECT_EQ(Parse({"sources", "--server", "a:1", "--tls", "--server-name=n"}).line().settings, expected);
  EXPECT_EQ(Parse({"sources", "--no-tls"}).line().settings, (SettingTexts{{"tls", "false"}}));
  EXPECT_EQ(Parse({"sources", "--config", "f.yaml"}).line().config_path, "f.yaml");
}

TEST(CommandLine, HelpShowsExamplesAndExitCodes) {
  const Parsed parsed = Parse({"--help"});
  EXPECT_EQ(std::get<int>(parsed.result), 0);
  EXPECT_THAT(parsed.out, HasSubstr("Examples:"));
  EXPECT_THAT(parsed.out, HasSubstr("Exit codes"));
  for (const SettingDescription& setting : kSettings) EXPECT_THAT(parsed.out, HasSubstr(FlagOf(setting.key)));
}

TEST(CommandLine, HelpOfACommandPointsToTheRest) {
  const Parsed parsed = Parse({"logs", "--help"});
  EXPECT_EQ(std::get<int>(parsed.result), 0);
  EXPECT_THAT(parsed.out, HasSubstr("--tail SIZE "));
  EXPECT_THAT(parsed.out, HasSubstr("exit codes: taskctl --help\n"));
}

TEST(CommandLine, AnUnknownCommandIsNamed) {
  EXPECT_EQ(Parse({"fetch", "x"}).err, "'fetch' is no command or option of taskctl; taskctl --help lists them\n");
}

TEST(CommandLine, VersionIsToldOnStandardOutput) {
  const Parsed parsed = Parse({"--version"});
  EXPECT_EQ(std::get<int>(parsed.result), 0);
  EXPECT_THAT(parsed.out, HasSubstr("taskctl "));
}

TEST(CommandLine, MistakesAreUsageErrors) {
  const std::vector<std::vector<std::string>> mistakes = {
      {},
      {"fetch"},
      {"get"},
      {"get", "x", "--nonsense"},
      {"get", "x", "-o", "xml"},
      {"get", "x", "--view", "all"},
      {"get", "x", "y", "--view", "raw"},
      {"get", "x", "--max-staleness", "-1s"},
      {"get", "x", "--max-staleness", "soon"},
      {"sources", "x"},
  };
  for (const auto& arguments : mistakes) {
    const Parsed parsed = Parse(arguments);
    ASSERT_TRUE(std::holds_alternative<int>(parsed.result)) << testing::PrintToString(arguments);
    EXPECT_EQ(std::get<int>(parsed.result), 64) << testing::PrintToString(arguments);
    EXPECT_NE(parsed.err, "");
    EXPECT_EQ(parsed.out, "");
  }
}

}  // namespace
}  // namespace taskgateway::taskctl

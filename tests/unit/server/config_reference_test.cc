#include "gateway/server/config_reference.h"

#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using ::testing::HasSubstr;

TEST(ConfigReferenceTest, ARowHasTypeRangeWithUnitDefaultReloadAndMeaning) {
  const std::string table = ConfigReference();
  EXPECT_THAT(
      table,
      HasSubstr("\n| `limits.max_attempts` | whole number | 1..10 attempts | `4` | restart | Attempts of one upstream "
                "read, the first one included. |\n"));
  EXPECT_THAT(table, HasSubstr("\n| `limits.connect_timeout` | duration | 100ms..1m | `3s` | restart | "));
  EXPECT_THAT(table, HasSubstr("\n| `log.level` | text | `debug`, `info`, `warning`, `error` | `info` | restart | "));
  EXPECT_THAT(table, HasSubstr("\n| `sources[].insecure` | switch | `true`, `false` | `false` | restart | "));
  EXPECT_THAT(table, HasSubstr("\n| `sources[].budgets[].operation` | text |  | required | restart | "));
  EXPECT_THAT(table, HasSubstr("\n| `accounts[]` | list | 1..100 entries | required | restart | "));
}

TEST(ConfigReferenceTest, EveryRowHasSixCellsAndAMeaning) {
  std::istringstream lines(ConfigReference());
  for (std::string line; std::getline(lines, line);) {
    int cells = -1;
    for (std::size_t i = 0; i < line.size(); ++i) cells += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    EXPECT_EQ(cells, 6) << line;
    EXPECT_FALSE(line.ends_with("|  |")) << line;
  }
}

TEST(ConfigReferenceTest, TheReadmeHasItUnchanged) {
  std::ifstream file(TASKGATEWAY_SOURCE_DIR "/README.md");
  std::stringstream readme;
  readme << file.rdbuf();
  EXPECT_THAT(readme.str(), HasSubstr("<!-- config:begin -->\n" + ConfigReference() + "<!-- config:end -->"))
      << "Put the output of `taskgateway --print-config-reference` into README.md, between the lines <!-- config:begin "
         "--> and "
         "<!-- config:end -->.";
}

}  // namespace
}  // namespace taskgateway::server

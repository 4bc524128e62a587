#include "tools/taskctl/settings.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;

// A home folder of its own for each test.
class SettingsTest : public ::testing::Test {
 protected:
  SettingsTest() {
    home_ = testing::TempDir() + "taskctl_settings_" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(home_);
    std::filesystem::create_directories(home_ + "/.config/taskctl");
    variables_["HOME"] = home_;
  }
  ~SettingsTest() override { std::filesystem::remove_all(home_); }

  void WriteHomeConfig(const std::string& text) { Write(home_ + "/.config/taskctl/config.yaml", text); }
  static void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  absl::StatusOr<Settings> Load() const {
    return LoadSettings(flags_, config_flag_, [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
  }

  // The message of a load that must fail.
  std::string Refusal() const {
    const absl::StatusOr<Settings> settings = Load();
    EXPECT_TRUE(absl::IsInvalidArgument(settings.status())) << settings.status();
    return std::string(settings.status().message());
  }

  std::string home_;
  SettingTexts flags_;
  std::optional<std::string> config_flag_;
  std::map<std::string, std::string> variables_;
};

TEST_F(SettingsTest, DefaultsNeedNoFile) {
  const auto settings = Load();
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->server, "127.0.0.1:8980");
  EXPECT_EQ(settings->timeout, std::nullopt);
  EXPECT_FALSE(settings->tls);
}

TEST_F(SettingsTest, WithoutAHomeThereIsNoFile) {
  variables_.clear();
  EXPECT_TRUE(Load().ok());
}

TEST_F(SettingsTest, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
  WriteHomeConfig("server: file:1\n");
  EXPECT_EQ(Load()->server, "file:1");
  variables_["TASKCTL_SERVER"] = "environment:1";
  EXPECT_EQ(Load()->server, "environment:1");
  flags_["server"] = "flag:1";
  EXPECT_EQ(Load()->server, "flag:1");
}

TEST_F(SettingsTest, EverySettingComesFromEveryPlace) {
  const SettingTexts texts = {{"server", "s:1"},  {"timeout", "5s"}, {"tls", "true"},        {"ca_file", "ca"},
                              {"cert_file", "c"}, {"key_file", "k"}, {"server_name", "name"}};
  ASSERT_EQ(texts.size(), std::size(kSettings));
  const auto expect_all = [&] {
    const auto settings = Load();
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->server, "s:1");
    EXPECT_EQ(settings->timeout, absl::Seconds(5));
    EXPECT_TRUE(settings->tls);
    EXPECT_EQ(settings->ca_file, "ca");
    EXPECT_EQ(settings->cert_file, "c");
    EXPECT_EQ(settings->key_file, "k");
    EXPECT_EQ(settings->server_name, "name");
  };
  flags_ = texts;
  expect_all();
  flags_.clear();
  std::string file;
  for (const auto& [key, value] : texts) file += key + ": " + value + "\n";
  WriteHomeConfig(file);
  expect_all();
  WriteHomeConfig("");
  for (const auto& [key, value] : texts) variables_[EnvironmentOf(key)] = value;
  expect_all();
}

TEST_F(SettingsTest, AnEmptyVariableCountsAsNotSet) {
  variables_["TASKCTL_SERVER"] = "";
  EXPECT_EQ(Load()->server, "127.0.0.1:8980");
}

TEST_F(SettingsTest, ANamedFileReplacesTheOneAtHome) {
  WriteHomeConfig("server: home:1\n");
  Write(home_ + "/a.yaml", "server: a:1\n");
  Write(home_ + "/b.yaml", "server: b:1\n");
  variables_["TASKCTL_CONFIG"] = home_ + "/a.yaml";
  EXPECT_EQ(Load()->server, "a:1");
  config_flag_ = home_ + "/b.yaml";
  EXPECT_EQ(Load()->server, "b:1");
}

TEST_F(SettingsTest, ANamedFileMustExist) {
  config_flag_ = home_ + "/none.yaml";
  EXPECT_THAT(Refusal(), HasSubstr("none.yaml: cannot be read"));
  config_flag_ = home_;
  EXPECT_THAT(Refusal(), HasSubstr("cannot be read")) << "a folder is no file";
}

TEST_F(SettingsTest, AnUnknownKeyNamesFileKeyAndRemedy) {
  WriteHomeConfig("serer: x:1\n");
  EXPECT_THAT(Refusal(), HasSubstr("config.yaml: unknown key 'serer'; known keys: server, timeout, tls"));
}

TEST_F(SettingsTest, BrokenFilesAreRefused) {
  WriteHomeConfig("server: [\n");
  EXPECT_THAT(Refusal(), HasSubstr("not valid YAML: line"));
  WriteHomeConfig("- server\n");
  EXPECT_THAT(Refusal(), HasSubstr("`key: value`"));
  WriteHomeConfig("server: {host: a}\n");
  EXPECT_THAT(Refusal(), HasSubstr("server must be a single value"));
}

TEST_F(SettingsTest, ABadValueNamesThePlaceThatItCameFrom) {
  flags_["timeout"] = "5";
  EXPECT_THAT(Refusal(), HasSubstr("--timeout: '5' is not a duration"));
  flags_.clear();
  variables_["TASKCTL_TIMEOUT"] = "-1s";
  EXPECT_THAT(Refusal(), HasSubstr("TASKCTL_TIMEOUT: '-1s'"));
  variables_.erase("TASKCTL_TIMEOUT");
  WriteHomeConfig("tls: maybe\n");
  EXPECT_THAT(Refusal(), HasSubstr("config.yaml: tls: 'maybe' is not true or false"));
}

TEST_F(SettingsTest, AServerIsHostAndPort) {
  for (const char* bad : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:abc", "127.0.0.1:99999", "127.0.0.1:0", ":8980",
                          "http://127.0.0.1:8980", "localhost:8980/", "dns:"}) {
    flags_["server"] = bad;
    EXPECT_THAT(Refusal(), HasSubstr("--server: '" + std::string(bad) + "' is not host:port; write it like")) << bad;
  }
  for (const char* good : {"localhost:8980", "[::1]:8980", "dns:///gateway:8980", "ipv4:10.0.0.1:8980,10.0.0.2:8980"}) {
    flags_["server"] = good;
    EXPECT_TRUE(Load().ok()) << good;
  }
}

TEST_F(SettingsTest, ATlsFileTurnsTlsOnUnlessToldOtherwise) {
  flags_["ca_file"] = "ca.pem";
  EXPECT_TRUE(Load()->tls);
  flags_["tls"] = "false";
  EXPECT_FALSE(Load()->tls);
}

TEST_F(SettingsTest, ACertificateNeedsItsKey) {
  flags_["cert_file"] = "c.pem";
  EXPECT_THAT(Refusal(), HasSubstr("--cert-file and --key-file go together"));
}

}  // namespace
}  // namespace taskgateway::taskctl

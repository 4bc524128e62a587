#include "tools/taskctl/settings.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "yaml-cpp/yaml.h"

namespace taskgateway::taskctl {
namespace {

// Where a text came from, for errors.
struct Given {
  std::string text;
  std::string place;
};

absl::Status Wrong(std::string_view place, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(place), ": ", std::string(what)));
}

std::string KnownKeys() {
  std::vector<std::string> keys;
  for (const SettingDescription& setting : kSettings) keys.emplace_back(setting.key);
  return absl::StrJoin(keys, ", ");
}

bool IsKnown(std::string_view key) {
  return std::any_of(std::begin(kSettings), std::end(kSettings),
                     [&](const auto& setting) { return setting.key == key; });
}

absl::StatusOr<SettingTexts> ParseConfig(const std::string& path, const std::string& text) {
  SettingTexts settings;
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return settings;
    if (!root.IsMap()) return Wrong(path, "must be a list of `key: value` lines");
    for (const auto& entry : root) {
      const auto key = entry.first.as<std::string>();
      if (!IsKnown(key)) return Wrong(path, absl::StrCat("unknown key '", key, "'; known keys: ", KnownKeys()));
      if (!entry.second.IsScalar()) return Wrong(path, absl::StrCat(key, " must be a single value"));
      if (!settings.emplace(key, entry.second.Scalar()).second)
        return Wrong(path, absl::StrCat(key, " is given twice"));
    }
  } catch (const YAML::Exception& error) {
    return Wrong(path, absl::StrCat("not valid YAML: line ", error.mark.line + 1, ": ", error.msg));
  }
  return settings;
}

absl::StatusOr<SettingTexts> LoadConfig(const std::string& path, bool may_be_missing) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (text.ok()) return ParseConfig(path, *text);
  if (absl::IsNotFound(text.status()) && may_be_missing) return SettingTexts();
  return absl::InvalidArgumentError(text.status().message());
}

absl::Status SetDuration(const Given& given, std::optional<absl::Duration>& duration) {
  absl::Duration parsed;
  if (!absl::ParseDuration(given.text, &parsed) || parsed <= absl::ZeroDuration() ||
      parsed == absl::InfiniteDuration()) {
    return Wrong(given.place, absl::StrCat("'", given.text, "' is not a duration above 0; write 500ms, 30s or 1m30s"));
  }
  duration = parsed;
  return absl::OkStatus();
}

absl::Status SetBool(const Given& given, bool& value) {
  if (absl::SimpleAtob(given.text, &value)) return absl::OkStatus();
  return Wrong(given.place, absl::StrCat("'", given.text, "' is not true or false"));
}

// host:port, or a target of one of gRPC's own resolvers.
bool IsServer(std::string_view server) {
  for (const std::string_view scheme : {"dns:", "ipv4:", "ipv6:", "unix:", "xds:"}) {
    if (server.starts_with(scheme)) return server.size() > scheme.size();
  }
  const std::size_t colon = server.rfind(':');
  int port = 0;
  return colon != std::string_view::npos && colon > 0 && server.find('/') == std::string_view::npos &&
         absl::SimpleAtoi(absl::string_view(server.data() + colon + 1, server.size() - colon - 1), &port) && port > 0 &&
         port <= 65535;
}

absl::StatusOr<Settings> Understand(const std::map<std::string, Given, std::less<>>& given) {
  Settings settings;
  const auto set_text = [&](std::string_view key, std::string& value) {
    if (const auto found = given.find(key); found != given.end()) value = found->second.text;
  };
  set_text("server", settings.server);
  if (!IsServer(settings.server)) {
    const auto found = given.find("server");
    return Wrong(found == given.end() ? "--server" : found->second.place,
                 absl::StrCat("'", settings.server,
                              "' is not host:port; write it like 127.0.0.1:8980, without a scheme, "
                              "the port 1..65535"));
  }
  set_text("ca_file", settings.ca_file);
  set_text("cert_file", settings.cert_file);
  set_text("key_file", settings.key_file);
  set_text("server_name", settings.server_name);
  if (const auto timeout = given.find("timeout"); timeout != given.end()) {
    if (absl::Status status = SetDuration(timeout->second, settings.timeout); !status.ok()) return status;
  }
  settings.tls = !settings.ca_file.empty() || !settings.cert_file.empty() || !settings.key_file.empty();
  if (const auto tls = given.find("tls"); tls != given.end()) {
    if (absl::Status status = SetBool(tls->second, settings.tls); !status.ok()) return status;
  }
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return absl::InvalidArgumentError(
        "--cert-file and --key-file go together: a client certificate needs its private key");
  }
  return settings;
}

}  // namespace

std::string FlagOf(std::string_view key) {
  return absl::StrCat("--", absl::StrReplaceAll(std::string(key), {{"_", "-"}}));
}

std::string EnvironmentOf(std::string_view key) {
  return absl::StrCat("TASKCTL_", absl::AsciiStrToUpper(std::string(key)));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const int error = errno;
  if (!file) {
    const std::string message = absl::StrCat(path, ": cannot be read: ", std::strerror(error));
    return error == ENOENT ? absl::NotFoundError(message) : absl::FailedPreconditionError(message);
  }
  // A folder opens like a file, and then throws at the first byte.
  if (std::filesystem::is_directory(path))
    return absl::FailedPreconditionError(absl::StrCat(path, ": cannot be read: a folder"));
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

absl::StatusOr<Settings> LoadSettings(const SettingTexts& flags, const std::optional<std::string>& config_flag,
                                      const Environment& environment) {
  const auto variable = [&](const std::string& name) {
    const std::optional<std::string> value = environment(name);
    return value.has_value() && !value->empty() ? value : std::nullopt;
  };

  absl::StatusOr<SettingTexts> config = SettingTexts();
  std::string config_path;
  if (const auto named = config_flag.has_value() ? config_flag : variable("TASKCTL_CONFIG")) {
    config_path = *named;
    config = LoadConfig(config_path, /*may_be_missing=*/false);
  } else if (const auto home = variable("HOME")) {
    config_path = absl::StrCat(*home, "/.config/taskctl/config.yaml");
    config = LoadConfig(config_path, /*may_be_missing=*/true);
  }
  if (!config.ok()) return config.status();

  std::map<std::string, Given, std::less<>> given;
  for (const SettingDescription& setting : kSettings) {
    const std::string key(setting.key);
    if (const auto flag = flags.find(key); flag != flags.end()) {
      given[key] = {flag->second, FlagOf(key)};
    } else if (const auto value = variable(EnvironmentOf(key))) {
      given[key] = {*value, EnvironmentOf(key)};
    } else if (const auto line = config->find(key); line != config->end()) {
      given[key] = {line->second, absl::StrCat(config_path, ": ", key)};
    }
  }
  return Understand(given);
}

}  // namespace taskgateway::taskctl

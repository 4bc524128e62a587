// How taskctl finds and talks to the gateway. Each setting comes, in this order, from its flag, its environment
// variable, the configuration file, or its default.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace taskgateway::taskctl {

// One setting. Its key is how the configuration file names it; `ca_file` is `--ca-file` as a flag and TASKCTL_CA_FILE
// in the environment.
struct SettingDescription {
  std::string_view key;
  std::string_view value_name;
  std::string_view text;
};

inline constexpr SettingDescription kSettings[] = {
    {"server", "ADDRESS", "The gateway, host:port (default 127.0.0.1:8980)"},
    {"timeout", "DURATION",
     "Longest wait for the whole command, such as 500ms, 30s, 1m30s (default 30s; wait, watch and logs: none)"},
    {"tls", "BOOL", "Speak TLS; any of the files below turns it on too"},
    {"ca_file", "FILE", "Certificate authorities to trust, PEM (default: the system's)"},
    {"cert_file", "FILE", "Client certificate chain, PEM; needs --key-file"},
    {"key_file", "FILE", "Private key of the client certificate, PEM"},
    {"server_name", "NAME", "Name to expect in the gateway's certificate (default: the host of --server)"},
};

std::string FlagOf(std::string_view key);         // `ca_file` -> `--ca-file`
std::string EnvironmentOf(std::string_view key);  // `ca_file` -> `TASKCTL_CA_FILE`

// Settings as text, by key. Those that are not given are absent.
using SettingTexts = std::map<std::string, std::string, std::less<>>;

// The value of an environment variable, if it is set. Set but empty counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The settings, understood.
struct Settings {
  std::string server = "127.0.0.1:8980";
  std::optional<absl::Duration> timeout;  // absent: the command's default
  bool tls = false;
  std::string ca_file;      // empty: the system's
  std::string cert_file;    // empty: no client certificate
  std::string key_file;     // set exactly when cert_file is
  std::string server_name;  // empty: the host of `server`
};

// Reads `flags`, the environment and the configuration file: `config_flag` if given, else TASKCTL_CONFIG, else
// ~/.config/taskctl/config.yaml, which alone may be missing. INVALID_ARGUMENT names the place, the key and the remedy.
absl::StatusOr<Settings> LoadSettings(const SettingTexts& flags, const std::optional<std::string>& config_flag,
                                      const Environment& environment);

// A whole file. NOT_FOUND when there is none, FAILED_PRECONDITION when it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace taskgateway::taskctl

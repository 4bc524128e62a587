#include "gateway/server/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "adapters/core/proto_time.h"
#include "adapters/core/utf8.h"
#include "gateway/base/clock.h"
#include "gateway/server/config_checks.h"
#include "gateway/server/config_problems.h"
#include "gateway/server/config_reader.h"
#include "gateway/server/network_address.h"

namespace taskgateway::server {
namespace {

// What is wrong with the bytes of a file, and in which line. The YAML reader guesses other encodings, and NUL means
// UTF-16 to it.
void CheckBytes(std::string_view yaml, Problems* problems) {
  if (yaml.size() > kMaxConfigBytes) return problems->Add(1, "", "has more than 1 MiB; give a smaller file");
  int line = 1;
  for (const absl::string_view text : absl::StrSplit(absl::string_view(yaml.data(), yaml.size()), '\n')) {
    if (!core::IsUtf8({text.data(), text.size()}) || absl::StrContains(text, '\0')) {
      return problems->Add(line, "", "is not UTF-8 text; save it as UTF-8");
    }
    ++line;
  }
}

// The YAML reader's own words without what comes after a colon, which is from the file and may be a secret.
std::string SyntaxProblem(const YAML::ParserException& error) {
  return absl::StrCat("is not YAML: ", error.msg.substr(0, error.msg.find(':')),
                      "; check indentation and quotes around here");
}

void ReadYaml(std::string_view yaml, FieldLines* lines, config::v1::Config* config, Problems* problems) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    if (documents.size() > 1) {
      return problems->Add(documents[1].Mark().line + 1, "", "has a second document; remove it and its line of dashes");
    }
    ConfigReader(*problems, *lines).Read(documents.empty() ? YAML::Node() : documents[0], config);
  } catch (const YAML::ParserException& error) {
    problems->Add(error.mark.line + 1, "", SyntaxProblem(error));
  }
}

// What no rule can give: defaults that follow from other fields, and one spelling for each endpoint.
void Complete(config::v1::Config* config) {
  if (const config::v1::Listen& listen = config->listen(); !config->drain().has_limit()) {
    core::SetDuration(
        1.1 * core::DurationOf(listen.max_connection_age()) + core::DurationOf(listen.max_connection_age_grace()),
        config->mutable_drain()->mutable_limit());
  }
  for (config::v1::Source& source : *config->mutable_sources()) {
    for (config::v1::Budget& budget : *source.mutable_budgets()) {
      if (budget.burst() > 0) continue;
      budget.set_burst(std::max(1, static_cast<std::int32_t>(std::floor(budget.requests_per_second()))));
    }
    const absl::StatusOr<EndpointUrl> url = ParseEndpointUrl(source.endpoint());
    if (url.ok()) source.set_endpoint(url->Url());
  }
}

}  // namespace

absl::StatusOr<config::v1::Config> ParseConfig(std::string_view yaml, std::string_view file_name) {
  Problems problems(file_name);
  config::v1::Config config;
  CheckBytes(yaml, &problems);
  if (problems.empty()) {
    FieldLines lines;
    ReadYaml(yaml, &lines, &config, &problems);
    // A file that is not YAML has nothing more to say.
    if (!problems.Touches("")) {
      Complete(&config);
      CheckConfig(config, lines, base::SystemClock().Now(), &problems);
    }
  }
  if (!problems.empty()) return problems.ToStatus();
  return config;
}

absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be opened; give the path of a readable file"));
  }
  std::string yaml(kMaxConfigBytes + 1, '\0');
  file.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  if (file.bad()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read; give the path of a readable file"));
  yaml.resize(static_cast<std::size_t>(file.gcount()));
  return ParseConfig(yaml, path);
}

absl::Status OverrideListenAddress(std::string_view address, config::v1::Config* config) {
  config->mutable_listen()->set_address(std::string(address));
  const std::string problem = ListenProblem(config->listen());
  return problem.empty() ? absl::OkStatus() : absl::InvalidArgumentError(absl::StrCat("--listen: ", problem));
}

}  // namespace taskgateway::server

#include "gateway/server/config_checks.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "adapters/registry/registry.h"
#include "gateway/server/nearest_word.h"
#include "gateway/server/network_address.h"
#include "gateway/server/otlp_tracer.h"
#include "gateway/server/small_file.h"
#include "gateway/server/tls_files.h"

namespace taskgateway::server {
namespace {

// What is wrong with a file of certificates, empty when nothing is. That each certificate holds is for TLS to find.
std::string CertificatesProblem(const std::string& path) {
  const std::optional<std::string> read = ReadSmallFile(path, std::size_t{4} << 20);
  if (!read) {
    return "cannot be read, or has more than 4 MiB; give the path of a readable PEM file with the authorities that "
           "this endpoint needs";
  }
  const std::string& text = *read;
  constexpr absl::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr absl::string_view kEnd = "-----END CERTIFICATE-----";
  constexpr absl::string_view kRemedy = "; give a PEM file with BEGIN CERTIFICATE and END CERTIFICATE lines";
  std::size_t at = text.find(kBegin.data());
  if (at == std::string::npos) return absl::StrCat("has no certificate", kRemedy);
  for (; at != std::string::npos; at = text.find(kBegin.data(), at)) {
    at += kBegin.size();
    const std::size_t end = text.find(kEnd.data(), at);
    std::string der;
    if (end == std::string::npos || end == at || !absl::Base64Unescape(text.substr(at, end - at), &der) ||
        der.empty()) {
      return absl::StrCat("has a broken certificate", kRemedy);
    }
  }
  return "";
}

class Checks {
 public:
  Checks(const config::v1::Config& config, const FieldLines& lines, absl::Time now, Problems* problems)
      : config_(config), lines_(lines), now_(now), problems_(problems) {}

  void Run() {
    if (!problems_->Touches("listen")) CheckListen();
    if (!problems_->Touches("admin")) CheckAdmin();
    CheckAccounts();
    for (int i = 0; i < config_.sources_size(); ++i) CheckSource(i);
    CheckTimeouts();
    if (!CanTrace() && !config_.tracing().otlp_endpoint().empty() && !problems_->Touches("tracing")) {
      Report("tracing.otlp_endpoint",
             absl::StrCat("is ", QuoteValue(config_.tracing().otlp_endpoint()),
                          ", but this build has no OpenTelemetry; remove it, or build with opentelemetry-cpp-dev"));
    }
  }

 private:
  void Report(const std::string& path, std::string_view text) {
    if (!text.empty()) problems_->Add(lines_.Of(path), path, text);
  }

  void CheckListen() {
    const config::v1::Listen& listen = config_.listen();
    Report("listen.address", ListenProblem(listen));
    if (!listen.health_address().empty()) {
      const absl::StatusOr<ListenAddress> address = ParseListenAddress(listen.health_address());
      if (!address.ok()) {
        Report("listen.health_address",
               absl::StrCat("is ", QuoteValue(listen.health_address()), ", which ", address.status().message()));
      } else if (listen.health_address() == listen.address() && !listen.address().ends_with(":0")) {
        Report("listen.health_address", absl::StrCat("is ", QuoteValue(listen.health_address()),
                                                     ", which listen.address takes; choose another port"));
      }
    }
    const config::v1::Tls& tls = listen.tls();
    if (!UsesTls(listen)) {
      for (const auto& [field, path] :
           {std::pair("key_file", &tls.key_file()), std::pair("client_ca_file", &tls.client_ca_file())}) {
        if (path->empty()) continue;
        Report(absl::StrCat("listen.tls.", field),
               absl::StrCat(QuoteValue(*path), " goes with a certificate_file; add it"));
      }
      if (tls.accept_without_certificate()) {
        Report("listen.tls.accept_without_certificate", "is true, which goes with a certificate_file; add it");
      }
      return;
    }
    if (listen.insecure_plaintext()) {
      Report("listen.insecure_plaintext", "is true beside tls; keep one of them");
    }
    if (tls.key_file().empty()) {
      return Report("listen.tls.key_file", "is missing; give the PEM file with the certificate's private key");
    }
    if (!tls.client_ca_file().empty() && tls.accept_without_certificate()) {
      Report("listen.tls.accept_without_certificate", "is true beside client_ca_file; keep one of them");
    }
    const auto read = ReadCertificates(tls, now_);
    if (const auto* problem = std::get_if<CertificateProblem>(&read)) {
      Report(absl::StrCat("listen.tls.", problem->field), problem->text);
    }
  }

  void CheckAdmin() {
    const std::string& address = config_.admin().address();
    if (address.empty()) return;
    const absl::StatusOr<ListenAddress> parsed = ParseListenAddress(address);
    if (!parsed.ok()) {
      Report("admin.address", absl::StrCat("is ", QuoteValue(address), ", which ", parsed.status().message()));
    }
  }

  void CheckAccounts() {
    std::map<std::string, int> first;
    for (int i = 0; i < config_.accounts_size(); ++i) {
      CheckUnique("accounts", i, config_.accounts(i).name(), &first);
      account_names_.push_back(config_.accounts(i).name());
    }
  }

  void CheckUnique(const char* list, int index, const std::string& name, std::map<std::string, int>* first) {
    if (name.empty()) return;
    const auto [found, fresh] = first->emplace(name, index);
    if (fresh) return;
    Report(absl::StrCat(list, "[", index, "].name"),
           absl::StrCat("is ", QuoteValue(name), " as ", list, "[", found->second, "] is; give each its own name"));
  }

  void CheckSource(int index) {
    const config::v1::Source& source = config_.sources(index);
    const std::string path = absl::StrCat("sources[", index, "]");
    CheckUnique("sources", index, source.name(), &source_names_);
    const bool accounts_known = !problems_->Touches("accounts");
    if (!source.account().empty() && accounts_known &&
        std::find(account_names_.begin(), account_names_.end(), source.account()) == account_names_.end()) {
      Report(path + ".account",
             absl::StrCat("is ", QuoteValue(source.account()), ", which is not the name of an account; ",
                          SuggestWord(source.account(), account_names_)));
    }
    const TaskAdapter* adapter = registry::FindAdapter(source.kind());
    if (!source.kind().empty() && adapter == nullptr) {
      const std::vector<std::string_view> kinds = registry::Kinds();
      Report(path + ".kind", absl::StrCat("is ", QuoteValue(source.kind()), ", an unknown kind; ",
                                          SuggestWord(source.kind(), {kinds.begin(), kinds.end()})));
    }
    const std::string endpoint = CheckEndpoint(source, path);
    if (adapter != nullptr) CheckBudgets(source, adapter->traits(), endpoint, path);
  }

  // Returns the endpoint in its shortest spelling, empty when it is not usable.
  std::string CheckEndpoint(const config::v1::Source& source, const std::string& path) {
    if (source.endpoint().empty()) return "";
    const absl::StatusOr<EndpointUrl> url = ParseEndpointUrl(source.endpoint());
    if (!url.ok()) {
      Report(path + ".endpoint",
             absl::StrCat("is ", QuoteValue(source.endpoint()), ", which ", url.status().message()));
      return "";
    }
    if (!url->tls && !IsLoopback(url->host) && !source.insecure()) {
      Report(path + ".endpoint", absl::StrCat("is ", QuoteValue(source.endpoint()),
                                              ", plain http to another machine; use https, or say insecure: true"));
    }
    if (!source.ca_file().empty() && !problems_->Touches(path + ".ca_file")) {
      const std::string problem =
          url->tls ? CertificatesProblem(source.ca_file()) : "goes with https only; remove it or use an https endpoint";
      if (!problem.empty()) Report(path + ".ca_file", absl::StrCat(QuoteValue(source.ca_file()), " ", problem));
    }
    return url->Url();
  }

  void CheckBudgets(const config::v1::Source& source, const Traits& traits, const std::string& endpoint,
                    const std::string& path) {
    std::vector<std::string> operations;
    for (const Operation& operation : traits.operations) operations.emplace_back(operation.name);
    std::set<std::string> seen;
    for (int i = 0; i < source.budgets_size(); ++i) {
      const config::v1::Budget& budget = source.budgets(i);
      const std::string budget_path = absl::StrCat(path, ".budgets[", i, "]");
      const std::string& operation = budget.operation();
      if (operation.empty()) continue;
      if (std::find(operations.begin(), operations.end(), operation) == operations.end()) {
        Report(budget_path + ".operation", absl::StrCat("is ", QuoteValue(operation), ", not an operation of ",
                                                        source.kind(), "; ", SuggestWord(operation, operations)));
        continue;
      }
      if (!seen.insert(operation).second) {
        Report(budget_path + ".operation",
               absl::StrCat("is ", QuoteValue(operation), " a second time; keep one entry"));
        continue;
      }
      if (endpoint.empty() || source.account().empty() || problems_->Touches(budget_path)) continue;
      const auto [found, fresh] = budgets_.emplace(std::tuple(source.kind(), source.account(), endpoint, operation),
                                                   std::pair(&budget, budget_path));
      const config::v1::Budget& other = *found->second.first;
      if (fresh || (other.requests_per_second() == budget.requests_per_second() && other.burst() == budget.burst())) {
        continue;
      }
      Report(budget_path,
             absl::StrCat("gives ", budget.requests_per_second(), "/s with burst ", budget.burst(), " for ", operation,
                          ", but ", found->second.second, " shares kind, account and endpoint and gives ",
                          other.requests_per_second(), "/s with burst ", other.burst(),
                          "; give both the same values, or only one of them"));
    }
  }

  void CheckTimeouts() {
    const config::v1::Limits& limits = config_.limits();
    const auto in_order = [&](const char* lesser, const google::protobuf::Duration& a, const char* greater,
                              const google::protobuf::Duration& b) {
      const std::string lesser_path = absl::StrCat("limits.", lesser);
      const std::string greater_path = absl::StrCat("limits.", greater);
      if (problems_->Touches(lesser_path) || problems_->Touches(greater_path) ||
          core::DurationOf(a) <= core::DurationOf(b))
        return;
      Report(lesser_path,
             absl::StrCat("is ", absl::FormatDuration(core::DurationOf(a)), ", longer than ", greater_path, " (",
                          absl::FormatDuration(core::DurationOf(b)), "); lower it or raise the other"));
    };
    in_order("connect_timeout", limits.connect_timeout(), "attempt_timeout", limits.attempt_timeout());
    in_order("attempt_timeout", limits.attempt_timeout(), "large_reply_timeout", limits.large_reply_timeout());
  }

  const config::v1::Config& config_;
  const FieldLines& lines_;
  const absl::Time now_;
  Problems* problems_;
  std::vector<std::string> account_names_;
  std::map<std::string, int> source_names_;
  // (kind, account, endpoint, operation) to the first entry for it and where that stands.
  std::map<std::tuple<std::string, std::string, std::string, std::string>,
           std::pair<const config::v1::Budget*, std::string>>
      budgets_;
};

}  // namespace

std::string ListenProblem(const config::v1::Listen& listen) {
  const absl::StatusOr<ListenAddress> address = ParseListenAddress(listen.address());
  if (!address.ok()) return absl::StrCat("is ", QuoteValue(listen.address()), ", which ", address.status().message());
  if (IsLoopback(address->host)) return "";
  if (!UsesTls(listen)) {
    if (listen.insecure_plaintext()) return "";
    return absl::StrCat("is ", QuoteValue(listen.address()),
                        ", plaintext for other machines; give tls, use a loopback address, or say "
                        "insecure_plaintext: true");
  }
  if (!listen.tls().client_ca_file().empty() || listen.tls().accept_without_certificate()) return "";
  return absl::StrCat("is ", QuoteValue(listen.address()),
                      ", where every machine may call; give tls.client_ca_file, use a loopback address, or say "
                      "tls.accept_without_certificate: true");
}

void CheckConfig(const config::v1::Config& config, const FieldLines& lines, absl::Time now, Problems* problems) {
  Checks(config, lines, now, problems).Run();
}

}  // namespace taskgateway::server

#include "gateway/server/config_checks.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "adapters/registry/registry.h"
#include "gateway/server/nearest_word.h"
#include "gateway/server/network_address.h"

namespace taskgateway::server {
namespace {

// What is wrong with a file of certificates, empty when nothing is. That each certificate holds is for TLS to find.
std::string CertificatesProblem(const std::string& path) {
  constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  if (!file.is_open() || (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && file.bad())) {
    return "cannot be read; give the path of a readable PEM file";
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes)
    return "has more than 4 MiB; give a PEM file of the authorities that this endpoint needs";
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
  Checks(const config::v1::Config& config, const FieldLines& lines, Problems* problems)
      : config_(config), lines_(lines), problems_(problems) {}

  void Run() {
    if (!problems_->Touches("listen")) Report("listen.address", ListenProblem(config_.listen()));
    CheckAccounts();
    for (int i = 0; i < config_.sources_size(); ++i) CheckSource(i);
    CheckTimeouts();
  }

 private:
  void Report(const std::string& path, std::string_view text) {
    if (!text.empty()) problems_->Add(lines_.Of(path), path, text);
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
      const bool has_user = source.endpoint().find('@') != std::string::npos;  // and so, likely, a password
      Report(path + ".endpoint",
             absl::StrCat("is ", has_user ? "***" : QuoteValue(source.endpoint()), ", which ", url.status().message()));
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
  if (IsLoopback(address->host) || listen.insecure_plaintext()) return "";
  return absl::StrCat("is ", QuoteValue(listen.address()),
                      ", plaintext for other machines; use a loopback address, or say insecure_plaintext: true");
}

void CheckConfig(const config::v1::Config& config, const FieldLines& lines, Problems* problems) {
  Checks(config, lines, problems).Run();
}

}  // namespace taskgateway::server

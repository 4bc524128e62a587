#include "gateway/server/configured_sources.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/registry/registry.h"
#include "gateway/server/network_address.h"

namespace taskgateway::server {
namespace {

// How soon an account that had no keys is asked again.
constexpr absl::Duration kAskAgain = absl::Seconds(1);

void AwaitKeysOf(upstream::CredentialSource& credentials, base::EventLoop& loop,
                 const std::function<void()>& has_keys) {
  loop.Schedule(absl::ZeroDuration(), [&credentials, &loop, has_keys] {
    credentials.Get([&credentials, &loop, has_keys](const absl::StatusOr<upstream::SharedCredentials>& keys) {
      if (keys.ok()) return has_keys();
      loop.Schedule(kAskAgain, [&credentials, &loop, has_keys] { AwaitKeysOf(credentials, loop, has_keys); });
    });
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConfiguredSources>> ConfiguredSources::Make(
    config::v1::Config* config, const upstream::EnvironmentLookup& environment, base::EventLoop& loop) {
  std::unique_ptr<ConfiguredSources> made(new ConfiguredSources);
  for (int i = 0; i < config->accounts_size(); ++i) {
    if (absl::Status added = made->AddAccount(i, config->mutable_accounts(i), environment); !added.ok()) return added;
  }
  made->AddBudgets(*config, loop);
  made->AddSources(*config);
  return made;
}

absl::Status ConfiguredSources::AddAccount(int index, config::v1::Account* account,
                                           const upstream::EnvironmentLookup& environment) {
  core::Credentials credentials;
  if (account->credentials().has_static_()) {
    config::v1::StaticCredentials& keys = *account->mutable_credentials()->mutable_static_();
    credentials.access_key_id = std::move(*keys.mutable_access_key_id());
    credentials.access_key_secret = core::Secret(std::move(*keys.mutable_access_key_secret()));
    credentials.security_token = core::Secret(std::move(*keys.mutable_security_token()));
  } else {
    absl::StatusOr<core::Credentials> found =
        upstream::FromEnvironment(account->credentials().environment().prefix(), environment);
    if (!found.ok()) {
      return absl::Status(found.status().code(), absl::StrCat("accounts[", index, "].credentials.environment (",
                                                              account->name(), "): ", found.status().message()));
    }
    credentials = *std::move(found);
  }
  credentials_[account->name()] = std::make_unique<upstream::FixedCredentials>(std::move(credentials));
  return absl::OkStatus();
}

void ConfiguredSources::AwaitKeys(base::EventLoop& loop, const std::function<void()>& has_keys) {
  for (const auto& [account, credentials] : credentials_) AwaitKeysOf(*credentials, loop, has_keys);
}

void ConfiguredSources::AddBudgets(const config::v1::Config& config, base::EventLoop& loop) {
  const auto add = [&](const config::v1::Source& source, const std::string& operation, double requests_per_second,
                       int burst) {
    auto& budget = budgets_[{source.kind(), source.account(), source.endpoint(), operation}];
    if (budget != nullptr) return;
    budget =
        std::make_unique<upstream::Budget>(loop, absl::StrCat("sources/", source.name(), ":", operation),
                                           upstream::BudgetLimits{.requests_per_second = requests_per_second,
                                                                  .burst = burst,
                                                                  .max_queued = config.limits().max_queued_reads()});
  };
  // What is configured comes first: it also counts for the sources that share the budget and say nothing.
  for (const config::v1::Source& source : config.sources()) {
    for (const config::v1::Budget& budget : source.budgets()) {
      add(source, budget.operation(), budget.requests_per_second(), budget.burst());
    }
  }
  for (const config::v1::Source& source : config.sources()) {
    for (const Operation& operation : registry::FindAdapter(source.kind())->traits().operations) {
      add(source, std::string(operation.name), operation.requests_per_second, operation.burst);
    }
  }
}

void ConfiguredSources::AddSources(const config::v1::Config& config) {
  std::vector<std::unique_ptr<tasks::Source>> sources;
  for (const config::v1::Source& source : config.sources()) {
    const TaskAdapter& adapter = *registry::FindAdapter(source.kind());
    const EndpointUrl url = ParseEndpointUrl(source.endpoint()).value();
    std::vector<upstream::Budget*> budgets;
    for (const Operation& operation : adapter.traits().operations) {
      budgets.push_back(
          budgets_.at({source.kind(), source.account(), source.endpoint(), std::string(operation.name)}).get());
    }
    sources.push_back(std::make_unique<tasks::Source>(
        tasks::Source{.name = source.name(),
                      .account = source.account(),
                      .channel = {.adapter = adapter,
                                  .endpoint = {.url = url.Url(), .host = url.Authority(), .ca_file = source.ca_file()},
                                  .credentials = *credentials_.at(source.account()),
                                  .clock_skew = absl::ZeroDuration()},
                      .budgets = std::move(budgets)}));
  }
  sources_ = std::make_unique<tasks::Sources>(std::move(sources));
}

}  // namespace taskgateway::server

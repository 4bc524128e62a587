// Sources that talk to a fake upstream on a virtual clock: what tests of gateway/tasks stand on.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/executor.h"
#include "gateway/base/random.h"
#include "gateway/tasks/source.h"
#include "gateway/tasks/task_cache.h"
#include "gateway/upstream/upstream_call.h"
#include "tests/support/fake_adapter.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::support {

// Work that runs when the test says.
class HeldExecutor final : public base::Executor {
 public:
  void Run(std::function<void()> work) override { held.push_back(std::move(work)); }
  void RunAll() {
    for (auto& work : std::exchange(held, {})) work();
  }

  std::vector<std::function<void()>> held;
};

// One account, and a source for each name, at `http://{name}.test`.
struct FakeUpstream {
  explicit FakeUpstream(const std::vector<std::string>& names) : sources(Make(names)) {}

  VirtualTime time;
  FakeHttpClient http{time.loop};
  base::Random random{1};
  HeldExecutor decode_executor;
  upstream::Context context{
      .loop = time.loop, .random = random, .http = http, .decode_executor = decode_executor, .retry = {}, .limits = {}};
  FakeAdapter adapter;
  upstream::FixedCredentials credentials{
      core::Credentials{.access_key_id = "key", .access_key_secret = core::Secret("secret"), .security_token = {}}};
  std::vector<std::unique_ptr<upstream::Budget>> budgets;
  tasks::Sources sources;
  tasks::ReadCounters counters;
  tasks::TaskCache cache{time.clock, std::size_t{64} << 20, counters};

 private:
  std::vector<std::unique_ptr<tasks::Source>> Make(const std::vector<std::string>& names) {
    std::vector<std::unique_ptr<tasks::Source>> made;
    for (const std::string& name : names) {
      std::vector<upstream::Budget*> of_source;
      for (const Operation& operation : adapter.traits().operations) {
        budgets.push_back(std::make_unique<upstream::Budget>(
            time.loop, "sources/" + name + ":" + std::string(operation.name), upstream::BudgetLimits{}));
        of_source.push_back(budgets.back().get());
      }
      made.push_back(std::make_unique<tasks::Source>(tasks::Source{
          .name = name,
          .account = "main",
          .channel = {.adapter = adapter,
                      .endpoint = {.url = "http://" + name + ".test", .host = name + ".test", .ca_file = ""},
                      .credentials = credentials,
                      .clock_skew = absl::ZeroDuration()},
          .budgets = std::move(of_source)}));
    }
    return made;
  }
};

}  // namespace taskgateway::support

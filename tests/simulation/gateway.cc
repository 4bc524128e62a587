#include "tests/simulation/gateway.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {
namespace {

constexpr std::size_t kCacheBytes = std::size_t{64} << 20;

}  // namespace

Gateway::Gateway(support::VirtualTime& time, base::Random& random, KeyRing& keys, upstream::HttpClient& http,
                 const std::vector<Cloud>& clouds, std::size_t max_log_bytes, Fault fault)
    : executor_(time.loop, random, fault == Fault::kLostWork),
      adapter_(fault == Fault::kOverlookedThrottling),
      context_{
          .loop = time.loop, .random = random, .http = http, .decode_executor = executor_, .retry = {}, .limits = {}},
      sources_(MakeSources(time.loop, keys, clouds, fault)),
      standing_clock_(time.clock),
      cache_(fault == Fault::kStandingClock ? static_cast<const base::Clock&>(standing_clock_) : time.clock,
             fault == Fault::kForgetfulCache ? 1 : kCacheBytes, counters_),
      reader_(context_, cache_),
      finder_(context_, sources_, reader_),
      poller_(context_, reader_),
      aliases_(context_),
      log_buffers_(context_, reader_, poller_, max_log_bytes),
      fan_out_(time.loop, executor_) {
  if (fault == Fault::kSecondReader) second_reader_.emplace(context_, cache_);
  if (fault == Fault::kSecondPoller) second_poller_.emplace(context_, reader_);
}

std::vector<std::unique_ptr<tasks::Source>> Gateway::MakeSources(base::EventLoop& loop, KeyRing& keys,
                                                                 const std::vector<Cloud>& clouds, Fault fault) {
  std::vector<std::unique_ptr<tasks::Source>> made;
  for (const Cloud& cloud : clouds) {
    upstream::BudgetLimits limits = cloud.limits;
    if (fault == Fault::kGenerousBudget) limits = {limits.requests_per_second * 2, limits.burst * 2, limits.max_queued};
    budgets_.push_back(
        std::make_unique<upstream::Budget>(loop, absl::StrCat("sources/", cloud.name, ":GetTask"), limits));
    const std::string host = cloud.name + ".test";
    made.push_back(std::make_unique<tasks::Source>(
        tasks::Source{.name = cloud.name,
                      .account = "main",
                      .channel = {.adapter = adapter_,
                                  .endpoint = {.url = "https://" + host, .host = host, .ca_file = ""},
                                  .credentials = keys,
                                  .clock_skew = absl::ZeroDuration()},
                      .budgets = {budgets_.back().get()}}));
  }
  return made;
}

tasks::TaskReader& Gateway::reader() { return second_reader_ && ++callers_ % 2 == 0 ? *second_reader_ : reader_; }

tasks::Following Gateway::following() {
  tasks::TaskPoller& poller = second_poller_ && ++callers_ % 2 == 0 ? *second_poller_ : poller_;
  return {context_, sources_, finder_, poller, aliases_};
}

void Gateway::Outdate(tasks::Source& source, const std::string& task_id) {
  reader_.Outdate(source, task_id);
  poller_.Restart(source, task_id);
}

void Gateway::CheckNothingIsHeld(Journal& journal) const {
  std::size_t queued = 0;
  for (const auto& budget : budgets_) queued += budget->queued();
  const std::pair<std::string_view, std::size_t> held[] = {{"flights", reader_.flights()},
                                                           {"schedules", poller_.polls()},
                                                           {"log buffers", log_buffers_.buffers()},
                                                           {"bytes of logs", log_buffers_.bytes()},
                                                           {"calls in the budgets' queues", queued}};
  for (const auto& [what, count] : held) {
    if (count > 0) journal.Violated(Invariant::kMemoryReturns, absl::StrCat(count, " ", std::string(what)));
  }
}

void Gateway::CheckNothingIsRemembered(Journal& journal) {
  cache_.Sweep();
  if (cache_.bytes() == 0) return;
  journal.Violated(Invariant::kMemoryReturns, absl::StrCat(cache_.bytes(), " bytes of the cache"));
}

}  // namespace taskgateway::simulation

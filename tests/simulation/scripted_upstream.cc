#include "tests/simulation/scripted_upstream.h"

#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/choice.h"
#include "tests/support/fake_http_client.h"

namespace taskgateway::simulation {
namespace {

using support::HttpReply;
using support::TransferFailure;

// Calls that go wrong, in a storm and in fair weather.
constexpr double kStorm = 0.7;
constexpr double kFair = 0.04;
// Clouds refuse requests whose date is further away.
constexpr absl::Duration kMaxSkew = absl::Minutes(15);
// The shortest interval of a schedule, jitter included.
constexpr absl::Duration kShortestInterval = absl::Milliseconds(900);

std::string Body(const std::string& state, const LogEntries& log) {
  std::string body = state + "\n";
  for (const LogEntry& entry : log) {
    body.append(entry.command).append("/").append(entry.stream).append("/").append(entry.content).append("\n");
  }
  return body;
}

}  // namespace

void ScriptedUpstream::Add(Cloud cloud) {
  RateWatch rate(cloud.limits);
  const std::string host = cloud.name + ".test";
  regions_.emplace(host, Region{std::move(cloud), rate});
}

const TaskLife& ScriptedUpstream::Add(TaskLife life) {
  lives_.push_back(std::move(life));
  const TaskLife& added = lives_.back();
  by_place_[{added.source + ".test", "/tasks/" + added.id}] = &added;
  return added;
}

void ScriptedUpstream::Followed(const std::string& source, const std::string& task_id) {
  traffic_[{source + ".test", "/tasks/" + task_id}].read_at_once = true;
}

void ScriptedUpstream::CheckArrival(const Place& place, Region& region) {
  const absl::Duration now = time_.loop.Now();
  const std::string what = absl::StrCat("a request for ", place.first, place.second);
  if (!region.rate.Arrived(now)) journal_.Violated(Invariant::kBudget, what);
  if (region.rate.IsClosed(now)) journal_.Violated(Invariant::kThrottlingHint, what);
  Traffic& traffic = traffic_[place];
  if (++traffic.under_way > 1) journal_.Violated(Invariant::kOneFlight, what);
  const auto life = by_place_.find(place);
  const bool scheduled = life != by_place_.end() && life->second->quiet && !traffic.read_at_once;
  if (scheduled && now - traffic.replied_at < kShortestInterval) {
    journal_.Violated(Invariant::kOneSchedule, absl::StrCat(what, " so soon after the last one"));
  }
  traffic.read_at_once = false;
}

ScriptedUpstream::TransferId ScriptedUpstream::Start(const upstream::Endpoint& endpoint, MakeRequest make,
                                                     const upstream::TransferLimits& limits, Done done) {
  const core::HttpRequest request = make();
  const TransferId id = next_transfer_++;
  Transfer& transfer = in_flight_[id];
  transfer = {.place = {endpoint.host, request.path}, .sent_at = journal_.Elapsed(), .done = std::move(done)};
  Region& region = regions_.at(endpoint.host);
  CheckArrival(transfer.place, region);
  journal_.Note(absl::StrCat("request ", id, " ", endpoint.host, request.path));
  absl::Duration latency =
      Chance(random_, 0.03) ? random_.Below(absl::Seconds(12)) : random_.Below(absl::Milliseconds(90));
  for (const Storm& storm : region.cloud.storms) {
    if (storm.kind == Storm::kSlow && storm.span.Has(journal_.Elapsed())) latency = random_.Below(absl::Seconds(12));
  }
  if (fault_ == Fault::kUnseededRandomness) latency = machine_.Below(absl::Seconds(1));
  if (fault_ == Fault::kSilentTransport && Chance(random_, 0.01)) return id;
  const bool late = latency > limits.attempt_timeout;
  transfer.timer = time_.loop.Schedule(
      std::min(latency, limits.attempt_timeout), [this, id, late, &region, sent = std::move(request)] {
        auto ended = in_flight_.extract(id);
        Traffic& traffic = traffic_[ended.mapped().place];
        --traffic.under_way;
        traffic.replied_at = time_.loop.Now();
        upstream::TransferResult result =
            late ? TransferFailure(upstream::TransferError::kTimeout) : Answer(ended.mapped(), sent, region);
        // After these a call goes on at once.
        if (result.response.status == 401 || result.response.status == 408) traffic.read_at_once = true;
        journal_.Note(absl::StrCat("reply ", id, " ", result.response.status, " ", result.response.body.size()));
        ended.mapped().done(std::move(result));
      });
  return id;
}

void ScriptedUpstream::Abort(TransferId id) {
  const auto ended = in_flight_.extract(id);
  if (ended.empty()) return;
  time_.loop.Cancel(ended.mapped().timer);
  --traffic_[ended.mapped().place].under_way;
}

upstream::TransferResult ScriptedUpstream::Answer(const Transfer& transfer, const core::HttpRequest& request,
                                                  Region& region) {
  const absl::Duration now = journal_.Elapsed();
  for (const Storm& storm : region.cloud.storms) {
    if (storm.span.Has(now) && storm.kind != Storm::kSlow && Chance(random_, kStorm)) return Bad(storm.kind, region);
  }
  if (now < kTroubleEnds && Chance(random_, kFair)) return Bad(static_cast<Storm::Kind>(Pick(random_, 4)), region);
  std::int64_t signed_at = 0;
  const bool dated = absl::SimpleAtoi(std::string(core::FindHeader(request.headers, "x-time")), &signed_at);
  if (!dated || absl::AbsDuration(absl::FromUnixMillis(signed_at) - TrueTime()) > kMaxSkew) {
    return HttpReply(408, "", {{"x-now", std::to_string(absl::ToUnixMillis(TrueTime()))}});
  }
  if (!keys_.Accepts(core::FindHeader(request.headers, "x-key"))) return HttpReply(401);
  return AnswerTask(transfer);
}

upstream::TransferResult ScriptedUpstream::Bad(Storm::Kind kind, Region& region) {
  switch (kind) {
    case Storm::kServerError:
      return HttpReply(503, "<html>oops</html>");
    case Storm::kHtml:
      return HttpReply(200, "<html>Welcome to the hotel</html>");
    case Storm::kThrottling: {
      if (Chance(random_, 0.3)) return HttpReply(429);
      const absl::Duration hint = absl::Milliseconds(100 + Pick(random_, 5000));
      region.rate.Throttled(time_.loop.Now(), hint);
      return HttpReply(429, "", {{"x-retry-after-ms", std::to_string(absl::ToInt64Milliseconds(hint))}});
    }
    case Storm::kReset:
    case Storm::kSlow:
      break;
  }
  return TransferFailure(upstream::TransferError::kBrokenReply);
}

upstream::TransferResult ScriptedUpstream::AnswerTask(const Transfer& transfer) {
  const auto asked = by_place_.find(transfer.place);
  if (asked == by_place_.end()) return HttpReply(404);
  const absl::Duration now = journal_.Elapsed();
  if (asked->second->missing.Has(now)) return HttpReply(404);
  if (asked->second->denied.Has(now)) return HttpReply(403);
  const TaskLife* life = asked->second;
  if (fault_ == Fault::kAnotherTasksReply && Chance(random_, 0.02)) life = &lives_[Pick(random_, lives_.size())];
  // Some replica may be behind, also after the end.
  const absl::Duration truth =
      now < kTroubleEnds && Chance(random_, 0.1) ? now - random_.Below(absl::Seconds(60)) : now;
  replies_.push_back({.life = life, .sent_at = transfer.sent_at, .replied_at = now, .truth_of = truth});
  core::HttpHeaders headers = {{"x-detail", life->source + "/" + life->id},
                               {"x-reply", std::to_string(replies_.size() - 1)}};
  if (life->created != absl::InfinitePast()) {
    headers.push_back({"x-created", std::to_string(absl::ToUnixSeconds(life->created))});
  }
  return HttpReply(200, Body(life->StateAt(truth), life->LogAt(truth)), std::move(headers));
}

}  // namespace taskgateway::simulation

// The clouds of a run, with their weather, behind the gateway's one HTTP client.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/random.h"
#include "gateway/upstream/http_client.h"
#include "tests/simulation/fault.h"
#include "tests/simulation/journal.h"
#include "tests/simulation/key_ring.h"
#include "tests/simulation/rate_watch.h"
#include "tests/simulation/task_life.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::simulation {

// A source in its own weather: what goes wrong with most calls, for a while.
struct Storm {
  enum Kind { kReset, kServerError, kHtml, kThrottling, kSlow };
  Kind kind;
  Span span;
};

// One cloud, by its host `{name}.test`.
struct Cloud {
  std::string name;
  upstream::BudgetLimits limits;  // what the gateway is allowed here
  std::vector<Storm> storms = {};
};

// Answers by the lives of the tasks and the weather, and sees what reaches the clouds. Belongs to the loop thread.
class ScriptedUpstream final : public upstream::HttpClient {
 public:
  // A reply with a task in it. Replies are numbered in the order in which they came.
  struct TaskReply {
    const TaskLife* life;
    absl::Duration sent_at;     // since the run began; of its request
    absl::Duration replied_at;  // likewise
    absl::Duration truth_of;    // likewise; replicas may be behind
  };

  // All of it outlives the upstream.
  ScriptedUpstream(support::VirtualTime& time, base::Random& random, KeyRing& keys, Journal& journal, Fault fault)
      : time_(time), random_(random), keys_(keys), journal_(journal), fault_(fault) {}

  void Add(Cloud cloud);
  // Lives stay where they are.
  const TaskLife& Add(TaskLife life);
  // Somebody began to follow the task, which may be read at once for it.
  void Followed(const std::string& source, const std::string& task_id);

  TransferId Start(const upstream::Endpoint& endpoint, MakeRequest make, const upstream::TransferLimits& limits,
                   Done done) override;
  void Abort(TransferId transfer) override;

  const std::vector<TaskReply>& replies() const { return replies_; }
  const std::deque<TaskLife>& lives() const { return lives_; }
  std::size_t in_flight() const { return in_flight_.size(); }
  std::size_t requests() const { return next_transfer_ - 1; }
  // The clouds' own calendar, which nobody sets.
  absl::Time TrueTime() const { return true_begin_ + journal_.Elapsed(); }

 private:
  using Place = std::pair<std::string, std::string>;  // host, path
  struct Region {
    Cloud cloud;
    RateWatch rate;
  };
  struct Transfer {
    Place place;
    absl::Duration sent_at;
    Done done;
    base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
  };
  // How a task's path was called.
  struct Traffic {
    int under_way = 0;
    absl::Duration replied_at = -absl::InfiniteDuration();
    bool read_at_once = true;  // the next request need not be the schedule's
  };

  void CheckArrival(const Place& place, Region& region);
  upstream::TransferResult Answer(const Transfer& transfer, const core::HttpRequest& request, Region& region);
  upstream::TransferResult Bad(Storm::Kind kind, Region& region);
  upstream::TransferResult AnswerTask(const Transfer& transfer);

  support::VirtualTime& time_;
  base::Random& random_;
  KeyRing& keys_;
  Journal& journal_;
  const Fault fault_;
  base::Random machine_ = base::Random::FromDevice();  // for the fault that nobody can replay
  const absl::Time true_begin_ = time_.clock.Now();
  std::map<std::string, Region> regions_;  // by host
  std::deque<TaskLife> lives_;
  std::map<Place, const TaskLife*> by_place_;
  std::map<Place, Traffic> traffic_;
  std::map<TransferId, Transfer> in_flight_;
  std::vector<TaskReply> replies_;
  TransferId next_transfer_ = 1;
};

}  // namespace taskgateway::simulation

// Finds the task that `sources/{source}/provisionedProducts/{product}/tasks/latest` stands for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/tasks/source.h"
#include "gateway/upstream/upstream_call.h"

namespace taskgateway::tasks {

// How long an answer is good for callers who do not insist on a new one.
inline constexpr absl::Duration kAliasStaleness = absl::Seconds(2);

// What one caller wants to know.
struct AliasRequest {
  Source* source = nullptr;  // one with aliases
  std::string provisioned_product_id;
  bool fresh = false;                                  // the upstream must be asked after this moment
  bool poll = false;                                   // goes behind reads when the budget is short
  absl::Duration deadline = absl::InfiniteDuration();  // Uptime
  base::SpanId parent_span = {};                       // of the caller
};

// Takes the adapter's steps, one upstream call each, and joins those who ask for one alias: a product has at most one
// flight, and one follow-up for callers who want what was asked after they came. An answer, also that there is no task
// yet, is remembered for 2 s. Belongs to the loop thread of `context`.
class AliasResolver {
 public:
  using ResolveId = std::uint64_t;
  // The task's id. NOT_FOUND TASK_NOT_YET_CREATED: the product has no task. NOT_FOUND PRODUCT_NOT_FOUND: there is no such
  // product. Else the upstream call's status.
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  // `context` outlives the resolver.
  explicit AliasResolver(upstream::Context& context);
  // Drops everything without calling back.
  ~AliasResolver();
  AliasResolver(const AliasResolver&) = delete;
  AliasResolver& operator=(const AliasResolver&) = delete;

  // Calls `done` once, never before Resolve returns. `done` may call Resolve and Leave.
  ResolveId Resolve(AliasRequest request, Done done);
  // Ends it without calling back; ignores one that has ended.
  void Leave(ResolveId resolve);

  // Aliases that are remembered or under way.
  std::size_t aliases() const { return slots_.size(); }

 private:
  struct Slot;
  struct Waiter {
    std::string name;  // of the alias
    bool poll;
    absl::Duration deadline;
    base::SpanId span;  // of the caller
    Done done;
    base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;  // when the answer is known already
  };

  void Begin(Slot& slot);
  void Step(Slot& slot);
  void OnStep(Slot& slot, const absl::Status& status, const AliasStep& step);
  void End(Slot& slot, const absl::StatusOr<std::string>& answer);
  void Answer(ResolveId resolve, const absl::StatusOr<std::string>& answer);
  void EraseIfUnused(Slot& slot);

  upstream::Context& context_;
  std::map<std::string, std::unique_ptr<Slot>> slots_;  // by alias
  std::map<ResolveId, Waiter> waiters_;
  ResolveId next_ = 1;
};

// The alias's name.
std::string AliasName(const Source& source, std::string_view provisioned_product_id);

}  // namespace taskgateway::tasks

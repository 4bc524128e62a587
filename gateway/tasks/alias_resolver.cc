#include "gateway/tasks/alias_resolver.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {

struct AliasResolver::Slot {
  const std::string name;
  Source& source;
  const std::string provisioned_product_id;
  // The flight: there is one while somebody waits for it.
  std::vector<ResolveId> waiters = {};
  int step = 0;
  bool sent = false;
  std::optional<upstream::UpstreamCall> call = std::nullopt;
  std::vector<ResolveId> follow_up = {};
  // Of the last flight, until it is forgotten.
  std::optional<absl::StatusOr<std::string>> answer = std::nullopt;
  base::EventLoop::TimerId forget = base::EventLoop::kNoTimer;
};

std::string AliasName(const Source& source, std::string_view provisioned_product_id) {
  return absl::StrCat("sources/", source.name, "/provisionedProducts/", std::string(provisioned_product_id),
                      "/tasks/latest");
}

AliasResolver::AliasResolver(upstream::Context& context) : context_(context) {}

AliasResolver::~AliasResolver() {
  for (const auto& [id, waiter] : waiters_) context_.loop.Cancel(waiter.timer);
  for (const auto& [name, slot] : slots_) context_.loop.Cancel(slot->forget);
}

AliasResolver::ResolveId AliasResolver::Resolve(AliasRequest request, Done done) {
  const ResolveId id = next_++;
  const std::string name = AliasName(*request.source, request.provisioned_product_id);
  Waiter& waiter = waiters_[id] = {.name = name,
                                   .poll = request.poll,
                                   .deadline = request.deadline,
                                   .span = request.parent_span,
                                   .done = std::move(done)};
  std::unique_ptr<Slot>& slot = slots_[name];
  if (slot == nullptr) {
    slot.reset(new Slot{
        .name = name, .source = *request.source, .provisioned_product_id = std::move(request.provisioned_product_id)});
  }
  if (slot->answer && !request.fresh) {
    waiter.timer =
        context_.loop.Schedule(absl::ZeroDuration(), [this, id, answer = *slot->answer] { Answer(id, answer); });
  } else if (!slot->call) {
    slot->waiters.push_back(id);
    Begin(*slot);
  } else if (request.fresh && slot->sent) {
    slot->follow_up.push_back(id);
  } else {
    slot->waiters.push_back(id);
    if (!request.poll) slot->call->Hurry();
  }
  return id;
}

void AliasResolver::Leave(ResolveId resolve) {
  const auto waiter = waiters_.extract(resolve);
  if (waiter.empty()) return;
  context_.loop.Cancel(waiter.mapped().timer);
  const auto found = slots_.find(waiter.mapped().name);
  if (found == slots_.end()) return;
  Slot& slot = *found->second;
  std::erase(slot.follow_up, resolve);
  if (std::erase(slot.waiters, resolve) == 0 || !slot.waiters.empty()) return;
  slot.call.reset();
  if (!slot.follow_up.empty()) {
    slot.waiters.swap(slot.follow_up);
    return Begin(slot);
  }
  EraseIfUnused(slot);
}

void AliasResolver::Begin(Slot& slot) {
  slot.step = 0;
  slot.sent = false;
  Step(slot);
}

void AliasResolver::Step(Slot& slot) {
  const TaskAdapter& adapter = slot.source.adapter();
  std::optional<AliasLookup> lookup = adapter.ResolveAlias(slot.provisioned_product_id, slot.step);
  if (!lookup) return End(slot, core::TaskNotYetCreated(slot.name));
  const SourceOperation operation = slot.source.OperationOf(lookup->operation);
  // Shared with the decoder, which may outlive the flight.
  const auto answered = std::make_shared<AliasStep>();
  upstream::CallSpec spec;
  spec.request = [request = std::move(lookup->request)] { return request; };
  spec.operation = operation.operation;
  const auto is_poll = [this](ResolveId id) { return waiters_.at(id).poll; };
  spec.priority = std::ranges::all_of(slot.waiters, is_poll) ? upstream::Priority::kPoll : upstream::Priority::kRead;
  if (!slot.waiters.empty()) spec.parent_span = waiters_.at(slot.waiters.front()).span;
  spec.deadline = [this, &slot] {
    absl::Duration latest = absl::ZeroDuration();
    for (const ResolveId id : slot.waiters) latest = std::max(latest, waiters_.at(id).deadline);
    return latest;
  };
  spec.decode = [&adapter, step = slot.step, name = slot.name, host = slot.source.channel.endpoint.host,
                 answered](core::HttpResponse response) {
    Reply<AliasStep> reply = adapter.DecodeResolveAlias(std::move(response), step, {.name = name, .host = host});
    *answered = std::move(reply.value);
    return std::move(reply.verdict);
  };
  spec.on_send = [&slot] { slot.sent = true; };
  spec.done = [this, &slot, answered](const absl::Status& status) { OnStep(slot, status, *answered); };
  slot.call.emplace(context_, slot.source.channel, operation.budget, std::move(spec));
  slot.call->Start();
}

void AliasResolver::OnStep(Slot& slot, const absl::Status& status, const AliasStep& step) {
  if (!status.ok()) return End(slot, status);
  if (!step.task_id.empty()) return End(slot, step.task_id);
  if (!step.try_next) return End(slot, core::TaskNotYetCreated(slot.name));
  ++slot.step;
  Step(slot);
}

void AliasResolver::End(Slot& slot, const absl::StatusOr<std::string>& answer) {
  // First the books, then the callers: a caller may ask again.
  const std::vector<ResolveId> waiters = std::exchange(slot.waiters, {});
  slot.call.reset();
  context_.loop.Cancel(slot.forget);
  slot.answer.reset();
  if (answer.ok() || core::ReasonOf(answer.status()) == "TASK_NOT_YET_CREATED") {
    slot.answer = answer;
    slot.forget = context_.loop.Schedule(kAliasStaleness, [this, &slot] {
      slot.answer.reset();
      EraseIfUnused(slot);
    });
  }
  if (!slot.follow_up.empty()) {
    slot.waiters.swap(slot.follow_up);
    Begin(slot);
  } else {
    EraseIfUnused(slot);
  }
  for (const ResolveId id : waiters) Answer(id, answer);
}

void AliasResolver::Answer(ResolveId resolve, const absl::StatusOr<std::string>& answer) {
  const auto waiter = waiters_.extract(resolve);
  if (!waiter.empty()) waiter.mapped().done(answer);  // else it left while another one was being answered
}

void AliasResolver::EraseIfUnused(Slot& slot) {
  if (slot.call || slot.answer) return;
  context_.loop.Cancel(slot.forget);
  slots_.erase(std::string(slot.name));
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/task_reader.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/decode_reading.h"

namespace taskgateway::tasks {

struct TaskReader::Waiter {
  // What the waiter waits for.
  enum Place { kFlight, kFollowUp, kCache };

  TaskKey key;
  bool raw;
  bool poll;
  absl::Duration deadline;
  base::SpanId span;  // of the caller
  Done done;
  base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
  Place place = kFlight;
};

// One upstream read. What the decoder touches is shared with it: it may run on another thread and outlive the flight.
struct TaskReader::Flight {
  struct Decoding {
    std::string name;
    std::string host;
    SharedReading reading;   // written by the decoder, read when the call is done
    SharedLog log;           // likewise
    absl::Duration read_at;  // Uptime, likewise

    // The decoder's first step: from here on the answer to "with raw?" stands.
    bool BeginWithRaw() { return (stage_.fetch_or(kBegun) & kRaw) != 0; }
    // Asks for raw; false when the decoder has begun without it.
    bool AskForRaw() {
      int expected = 0;
      return stage_.compare_exchange_strong(expected, kRaw) || (expected & kRaw) != 0;
    }

   private:
    static constexpr int kRaw = 1;
    static constexpr int kBegun = 2;
    std::atomic<int> stage_ = 0;
  };

  std::vector<ReadId> waiters;
  bool sent = false;
  bool outdated = false;
  std::shared_ptr<Decoding> decoding;
  std::optional<upstream::UpstreamCall> call;
};

struct TaskReader::Slot {
  std::unique_ptr<Flight> flight;
  std::vector<ReadId> follow_up;
};

TaskReader::TaskReader(upstream::Context& context, TaskCache& cache) : context_(context), cache_(cache) {}

TaskReader::~TaskReader() {
  for (const auto& [id, waiter] : waiters_) context_.loop.Cancel(waiter->timer);
}

TaskReader::ReadId TaskReader::Read(ReadRequest request, Done done) {
  const ReadId id = next_read_++;
  auto waiter = std::make_unique<Waiter>(Waiter{.key = {request.source, std::move(request.task_id)},
                                                .raw = request.raw,
                                                .poll = request.poll,
                                                .deadline = request.deadline,
                                                .span = request.parent_span,
                                                .done = std::move(done)});
  const TaskKey key = waiter->key;
  if (AnswerFromCache(id, CanonicalName(*key.first, key.second), request, waiter)) return id;
  if (request.deadline != absl::InfiniteDuration()) {
    waiter->timer = context_.loop.Schedule(request.deadline - context_.loop.Now(),
                                           [this, id] { Answer(id, core::DeadlinePassed("reading the task")); });
  }
  Waiter& entered = *waiters_.emplace(id, std::move(waiter)).first->second;
  std::unique_ptr<Slot>& slot = tasks_[key];
  if (slot == nullptr) {
    slot = std::make_unique<Slot>();
    slot->follow_up.push_back(id);
    Begin(key, *slot);
    return id;
  }
  cache_.counters().coalesced.Add();
  Flight& flight = *slot->flight;
  const bool fresh = request.max_staleness <= absl::ZeroDuration();
  if (flight.outdated || (fresh && flight.sent) || (request.raw && !flight.decoding->AskForRaw())) {
    entered.place = Waiter::kFollowUp;
    slot->follow_up.push_back(id);
  } else {
    flight.waiters.push_back(id);
    if (!request.poll) flight.call->Hurry();
  }
  return id;
}

// Nothing is answered before Read returns, so the answer is only put down here.
bool TaskReader::AnswerFromCache(ReadId id, const std::string& name, const ReadRequest& request,
                                 std::unique_ptr<Waiter>& waiter) {
  if (request.log) return false;
  TaskCache::Found found = cache_.Find(name, request.max_staleness, request.raw);
  ReadCounters& counters = cache_.counters();
  (found.fresh ? counters.hits : found.nothing() ? counters.misses : counters.stale).Add();
  if (!found.fresh) return false;
  waiter->place = Waiter::kCache;
  waiter->timer = context_.loop.Schedule(absl::ZeroDuration(), [this, id, found = std::move(found)] {
    if (found.reading == nullptr) return Answer(id, found.not_found);
    Answer(id, found.reading);
  });
  waiters_.emplace(id, std::move(waiter));
  return true;
}

void TaskReader::Leave(ReadId read) {
  const auto found = waiters_.find(read);
  if (found == waiters_.end()) return;
  const std::unique_ptr<Waiter> waiter = std::move(found->second);
  waiters_.erase(found);
  context_.loop.Cancel(waiter->timer);
  const auto slot = tasks_.find(waiter->key);
  if (slot == tasks_.end() || waiter->place == Waiter::kCache) return;
  if (waiter->place == Waiter::kFollowUp) {
    std::erase(slot->second->follow_up, read);
    return;
  }
  Flight& flight = *slot->second->flight;
  std::erase(flight.waiters, read);
  if (!flight.waiters.empty()) return;
  slot->second->flight.reset();
  if (slot->second->follow_up.empty()) {
    tasks_.erase(slot);
  } else {
    Begin(waiter->key, *slot->second);
  }
}

void TaskReader::Outdate(Source& source, const std::string& task_id) {
  const std::string name = CanonicalName(source, task_id);
  const SharedReading known = cache_.Find(name, absl::InfiniteDuration(), false).reading;
  if (known != nullptr && known->done()) return;  // nothing can have been done to it
  cache_.Drop(name);
  const auto slot = tasks_.find(TaskKey(&source, task_id));
  if (slot != tasks_.end() && slot->second->flight->sent) slot->second->flight->outdated = true;
}

// Starts a flight for the slot's follow-up.
void TaskReader::Begin(const TaskKey& key, Slot& slot) {
  slot.flight = std::make_unique<Flight>();
  Flight& flight = *slot.flight;
  flight.waiters.swap(slot.follow_up);
  flight.decoding = std::make_shared<Flight::Decoding>();
  Source& source = *key.first;
  flight.decoding->name = CanonicalName(source, key.second);
  flight.decoding->host = source.channel.endpoint.host;
  bool poll = true;
  base::SpanId span;  // of the first who asked
  for (const ReadId id : flight.waiters) {
    Waiter& waiter = *waiters_.at(id);
    waiter.place = Waiter::kFlight;
    poll = poll && waiter.poll;
    if (!span.valid()) span = waiter.span;
    if (waiter.raw) flight.decoding->AskForRaw();
  }

  const TaskAdapter& adapter = source.adapter();
  upstream::CallSpec spec;
  spec.request = adapter.GetTask(key.second);
  spec.operation = adapter.traits().operations.front();
  spec.priority = poll ? upstream::Priority::kPoll : upstream::Priority::kRead;
  spec.parent_span = span;
  spec.deadline = [this, &flight] {
    // A poll has all the time, but callers who share its flight are to be told in time what is wrong.
    absl::Duration latest = absl::ZeroDuration();
    bool only_polls = true;
    for (const ReadId id : flight.waiters) {
      const Waiter& waiting = *waiters_.at(id);
      if (waiting.poll) continue;
      only_polls = false;
      latest = std::max(latest, waiting.deadline);
    }
    return only_polls ? absl::InfiniteDuration() : latest;
  };
  spec.decode = [&source, &clock = context_.loop.clock(), decoding = flight.decoding](core::HttpResponse response) {
    decoding->read_at = clock.Uptime();
    return DecodeReading(source, {.name = decoding->name, .host = decoding->host}, decoding->BeginWithRaw(),
                         clock.Now(), std::move(response), &decoding->reading, &decoding->log);
  };
  spec.on_send = [&flight] { flight.sent = true; };
  spec.done = [this, key](const absl::Status& status) { End(key, status); };
  flight.call.emplace(context_, source.channel, *source.budgets.front(), std::move(spec));
  flight.call->Start();
}

void TaskReader::End(const TaskKey& key, const absl::Status& status) {
  const auto slot = tasks_.find(key);
  const std::unique_ptr<Flight> ended = std::move(slot->second->flight);
  const std::string& name = ended->decoding->name;
  SharedReading reading = std::move(ended->decoding->reading);
  // An end stays the end, whatever was done to the task meanwhile.
  if (status.ok() && (reading->state() == v1::Task::FAILED || reading->state() == v1::Task::UNKNOWN)) {
    key.first->channel.observer->OnFailedOrUnknown(reading->task());
  }
  const bool lasts = !ended->outdated || (status.ok() && reading->done());
  bool behind = false;
  if (lasts) {
    if (status.ok()) {
      const SharedReading brought = std::exchange(reading, nullptr);
      reading = cache_.Keep(name, brought, ended->decoding->read_at);
      behind = reading != brought;
    }
    if (absl::IsNotFound(status)) cache_.KeepNotFound(name, status);
  }
  // First the books, then the callers: a caller may read again.
  if (slot->second->follow_up.empty()) {
    tasks_.erase(slot);
  } else {
    Begin(key, *slot->second);
  }
  const SharedLog log = std::move(ended->decoding->log);
  if (status.ok() && lasts && listener_) listener_(*key.first, key.second, reading);
  // The log of a reply that is behind is not that of the reading which stands in its place.
  if (status.ok() && !behind && log_listener_) log_listener_(*key.first, key.second, reading, log);
  for (const ReadId id : ended->waiters) {
    const auto waiter = waiters_.find(id);
    if (waiter == waiters_.end()) continue;  // left while another one was being answered
    const Done done = std::move(waiter->second->done);
    context_.loop.Cancel(waiter->second->timer);
    waiters_.erase(waiter);
    if (status.ok()) {
      done(reading);
    } else {
      done(status);
    }
  }
}

void TaskReader::Answer(ReadId read, absl::StatusOr<SharedReading> result) {
  const Done done = std::move(waiters_.at(read)->done);
  Leave(read);
  done(std::move(result));
}

}  // namespace taskgateway::tasks

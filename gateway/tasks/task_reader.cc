#include "gateway/tasks/task_reader.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/decode_reading.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::tasks {

// One upstream read, with those who wait for it, and those who wait for the one that follows it. What the decoder
// touches is shared with it: it may run on another thread and outlive the flight.
struct TaskReader::Flight {
  using Reads = absl::InlinedVector<ReadId, 2>;

  struct Decoding {
    explicit Decoding(std::string canonical_name) : name(std::move(canonical_name)) {}

    const std::string name;
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

  Flight(Source& source_in, std::string task_id_in, std::string name)
      : source(source_in), task_id(std::move(task_id_in)), decoding(std::make_shared<Decoding>(std::move(name))) {}

  // False when it was not among `reads`.
  static bool Erase(Reads& reads, ReadId read) {
    const auto found = std::ranges::find(reads, read);
    if (found == reads.end()) return false;
    reads.erase(found);
    return true;
  }

  Source& source;
  const std::string task_id;
  const std::shared_ptr<Decoding> decoding;
  Reads waiters;
  Reads follow_up;
  bool sent = false;
  bool outdated = false;
  std::optional<upstream::UpstreamCall> call;
};

TaskReader::TaskReader(upstream::Context& context, TaskCache& cache) : context_(context), cache_(cache) {}

TaskReader::~TaskReader() {
  for (const auto& [id, waiter] : waiters_) context_.loop.Cancel(waiter.timer);
}

TaskReader::ReadId TaskReader::Read(ReadRequest request, Done done) {
  const ReadId id = next_read_++;
  std::string name = CanonicalName(*request.source, request.task_id);
  Waiter waiter{.raw = request.raw,
                .poll = request.poll,
                .deadline = request.deadline,
                .span = request.parent_span,
                .done = std::move(done)};
  if (AnswerFromCache(id, name, request, waiter)) return id;
  if (request.deadline != absl::InfiniteDuration()) {
    waiter.timer = context_.loop.Schedule(request.deadline - context_.loop.Now(),
                                          [this, id] { Answer(id, core::DeadlinePassed("reading the task")); });
  }
  const auto found = flights_.find(name);
  if (found == flights_.end()) {
    waiters_.emplace(id, std::move(waiter));
    auto flight = std::make_unique<Flight>(*request.source, std::move(request.task_id), std::move(name));
    flight->waiters.push_back(id);
    Begin(std::move(flight));
    return id;
  }
  cache_.counters().coalesced.Add();
  Flight& flight = *found->second;
  const bool fresh = request.max_staleness <= absl::ZeroDuration();
  const bool joins = !flight.outdated && !(fresh && flight.sent) && (!request.raw || flight.decoding->AskForRaw());
  (joins ? flight.waiters : flight.follow_up).push_back(id);
  waiter.flight = &flight;
  waiters_.emplace(id, std::move(waiter));
  if (joins && !request.poll) flight.call->Hurry();
  return id;
}

// Nothing is answered before Read returns, so the answer is only put down here.
bool TaskReader::AnswerFromCache(ReadId id, std::string_view name, const ReadRequest& request, Waiter& waiter) {
  if (request.log) return false;
  TaskCache::Found found = cache_.Find(name, request.max_staleness, request.raw);
  ReadCounters& counters = cache_.counters();
  (found.fresh ? counters.hits : found.nothing() ? counters.misses : counters.stale).Add();
  if (!found.fresh) return false;
  waiter.timer = context_.loop.Schedule(absl::ZeroDuration(), [this, id, found = std::move(found)] {
    if (found.reading == nullptr) return Answer(id, found.not_found);
    Answer(id, found.reading);
  });
  waiters_.emplace(id, std::move(waiter));
  return true;
}

void TaskReader::Leave(ReadId read) {
  const auto found = waiters_.find(read);
  if (found == waiters_.end()) return;
  const Waiter waiter = std::move(found->second);
  waiters_.erase(found);
  context_.loop.Cancel(waiter.timer);
  if (waiter.flight == nullptr) return;
  Flight& flight = *waiter.flight;
  if (Flight::Erase(flight.follow_up, read) || !Flight::Erase(flight.waiters, read)) return;
  if (!flight.waiters.empty()) return;
  flight.call.reset();
  TakeOff(flight);
}

void TaskReader::Outdate(Source& source, const std::string& task_id) {
  const std::string name = CanonicalName(source, task_id);
  const SharedReading known = cache_.Find(name, absl::InfiniteDuration(), false).reading;
  if (known != nullptr && known->done()) return;  // nothing can have been done to it
  cache_.Drop(name);
  const auto flight = flights_.find(name);
  if (flight != flights_.end() && flight->second->sent) flight->second->outdated = true;
}

void TaskReader::Begin(std::unique_ptr<Flight> beginning) {
  Flight& flight = *beginning;
  flights_.emplace(flight.decoding->name, std::move(beginning));
  Source& source = flight.source;
  bool poll = true;
  base::SpanId span;  // of the first who asked
  for (const ReadId id : flight.waiters) {
    Waiter& waiter = waiters_.at(id);
    waiter.flight = &flight;
    poll = poll && waiter.poll;
    if (!span.valid()) span = waiter.span;
    if (waiter.raw) flight.decoding->AskForRaw();
  }

  upstream::CallSpec spec;
  spec.request = [&flight] { return flight.source.adapter().GetTask(flight.task_id); };
  spec.operation = source.adapter().traits().operations.front();
  spec.priority = poll ? upstream::Priority::kPoll : upstream::Priority::kRead;
  spec.parent_span = span;
  spec.deadline = [this, &flight] {
    // A poll has all the time, but callers who share its flight are to be told in time what is wrong.
    absl::Duration latest = absl::ZeroDuration();
    bool only_polls = true;
    for (const ReadId id : flight.waiters) {
      const Waiter& waiting = waiters_.at(id);
      if (waiting.poll) continue;
      only_polls = false;
      latest = std::max(latest, waiting.deadline);
    }
    return only_polls ? absl::InfiniteDuration() : latest;
  };
  spec.decode = [&source, &clock = context_.loop.clock(), decoding = flight.decoding](core::HttpResponse response) {
    decoding->read_at = clock.Uptime();
    return DecodeReading(source, {.name = decoding->name, .host = source.channel.endpoint.host},
                         decoding->BeginWithRaw(), clock.Now(), std::move(response), &decoding->reading,
                         &decoding->log);
  };
  spec.on_send = [&flight] { flight.sent = true; };
  spec.done = [this, &flight](const absl::Status& status) { End(flight, status); };
  flight.call.emplace(context_, source.channel, *source.budgets.front(), std::move(spec));
  flight.call->Start();
}

// Takes a flight that is over off the books, and begins the one that follows it.
std::unique_ptr<TaskReader::Flight> TaskReader::TakeOff(Flight& flight) {
  std::unique_ptr<Flight> ended = std::move(flights_.extract(flight.decoding->name).mapped());
  if (!ended->follow_up.empty()) {
    auto next = std::make_unique<Flight>(ended->source, ended->task_id, ended->decoding->name);
    next->waiters.swap(ended->follow_up);
    Begin(std::move(next));
  }
  return ended;
}

void TaskReader::End(Flight& flight, const absl::Status& status) {
  const std::string& name = flight.decoding->name;
  SharedReading reading = std::move(flight.decoding->reading);
  // An end stays the end, whatever was done to the task meanwhile.
  if (status.ok() && (reading->state() == v1::Task::FAILED || reading->state() == v1::Task::UNKNOWN)) {
    flight.source.channel.observer->OnFailedOrUnknown(reading->task());
  }
  const bool lasts = !flight.outdated || (status.ok() && reading->done());
  bool behind = false;
  if (lasts) {
    if (status.ok()) {
      const SharedReading brought = std::exchange(reading, nullptr);
      reading = cache_.Keep(name, brought, flight.decoding->read_at);
      behind = reading != brought;
    }
    if (absl::IsNotFound(status)) cache_.KeepNotFound(name, status);
  }
  // First the books, then the callers: a caller may read again.
  const std::unique_ptr<Flight> ended = TakeOff(flight);
  for (const ReadId id : ended->waiters) waiters_.at(id).flight = nullptr;
  const SharedLog log = std::move(ended->decoding->log);
  if (status.ok() && lasts && listener_) listener_(ended->source, ended->task_id, reading);
  // The log of a reply that is behind is not that of the reading which stands in its place.
  if (status.ok() && !behind && log_listener_) log_listener_(ended->source, ended->task_id, reading, log);
  for (const ReadId id : ended->waiters) {
    const auto waiter = waiters_.find(id);
    if (waiter == waiters_.end()) continue;  // left while another one was being answered
    const Done done = std::move(waiter->second.done);
    context_.loop.Cancel(waiter->second.timer);
    waiters_.erase(waiter);
    if (status.ok()) {
      done(reading);
    } else {
      done(status);
    }
  }
}

void TaskReader::Answer(ReadId read, absl::StatusOr<SharedReading> result) {
  const Done done = std::move(waiters_.at(read).done);
  Leave(read);
  done(std::move(result));
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/task_reader.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/decode_reading.h"

namespace taskgateway::tasks {

struct TaskReader::Waiter {
  Key key;
  bool raw;
  absl::Duration deadline;
  Done done;
  base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
  bool in_follow_up = false;
};

// One upstream read. What the decoder touches is shared with it: it may run on another thread and outlive the flight.
struct TaskReader::Flight {
  struct Decoding {
    std::string name;
    std::string host;
    SharedReading reading;  // written by the decoder, read when the call is done

    // The decoder's first step: from here on the answer to "with raw?" stands.
    bool BeginWithRaw() { return (stage.fetch_or(kBegun) & kRaw) != 0; }
    // Asks for raw; false when the decoder has begun without it.
    bool AskForRaw() {
      int expected = 0;
      return stage.compare_exchange_strong(expected, kRaw) || (expected & kRaw) != 0;
    }

   private:
    static constexpr int kRaw = 1;
    static constexpr int kBegun = 2;
    std::atomic<int> stage = 0;
  };

  std::vector<ReadId> waiters;
  bool sent = false;
  std::shared_ptr<Decoding> decoding;
  std::optional<upstream::UpstreamCall> call;
};

struct TaskReader::Slot {
  std::unique_ptr<Flight> flight;
  std::vector<ReadId> follow_up;
};

TaskReader::TaskReader(upstream::Context& context) : context_(context) {}

TaskReader::~TaskReader() {
  for (const auto& [id, waiter] : waiters_) context_.loop.Cancel(waiter->timer);
}

TaskReader::ReadId TaskReader::Read(ReadRequest request, Done done) {
  const ReadId id = next_read_++;
  auto waiter = std::make_unique<Waiter>(Waiter{.key = {request.source, std::move(request.task_id)},
                                                .raw = request.raw,
                                                .deadline = request.deadline,
                                                .done = std::move(done)});
  if (request.deadline != absl::InfiniteDuration()) {
    waiter->timer = context_.loop.Schedule(request.deadline - context_.loop.Now(),
                                           [this, id] { Answer(id, core::DeadlinePassed("reading the task")); });
  }
  const Key key = waiter->key;
  std::unique_ptr<Slot>& slot = tasks_[key];
  if (slot == nullptr) {
    slot = std::make_unique<Slot>();
    slot->follow_up.push_back(id);
    waiters_.emplace(id, std::move(waiter));
    Begin(key, *slot);
    return id;
  }
  ++coalesced_;
  Flight& flight = *slot->flight;
  if ((request.fresh && flight.sent) || (request.raw && !flight.decoding->AskForRaw())) {
    waiter->in_follow_up = true;
    slot->follow_up.push_back(id);
  } else {
    flight.waiters.push_back(id);
  }
  waiters_.emplace(id, std::move(waiter));
  return id;
}

void TaskReader::Leave(ReadId read) {
  const auto found = waiters_.find(read);
  if (found == waiters_.end()) return;
  const std::unique_ptr<Waiter> waiter = std::move(found->second);
  waiters_.erase(found);
  context_.loop.Cancel(waiter->timer);
  const auto slot = tasks_.find(waiter->key);
  if (slot == tasks_.end()) return;
  if (waiter->in_follow_up) {
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

// Starts a flight for the slot's follow-up.
void TaskReader::Begin(const Key& key, Slot& slot) {
  slot.flight = std::make_unique<Flight>();
  Flight& flight = *slot.flight;
  flight.waiters.swap(slot.follow_up);
  flight.decoding = std::make_shared<Flight::Decoding>();
  Source& source = *key.first;
  flight.decoding->name = absl::StrCat("sources/", source.name, "/tasks/", key.second);
  flight.decoding->host = source.channel.endpoint.host;
  for (const ReadId id : flight.waiters) {
    Waiter& waiter = *waiters_.at(id);
    waiter.in_follow_up = false;
    if (waiter.raw) flight.decoding->AskForRaw();
  }

  const TaskAdapter& adapter = source.adapter();
  upstream::CallSpec spec;
  spec.request = adapter.GetTask(key.second);
  spec.operation = adapter.traits().operations.front();
  spec.deadline = [this, &flight] {
    absl::Duration latest = absl::ZeroDuration();
    for (const ReadId id : flight.waiters) latest = std::max(latest, waiters_.at(id)->deadline);
    return latest;
  };
  spec.decode = [&source, &clock = context_.loop.clock(), decoding = flight.decoding](core::HttpResponse response) {
    return DecodeReading(source, {.name = decoding->name, .host = decoding->host}, decoding->BeginWithRaw(),
                         clock.Now(), std::move(response), &decoding->reading);
  };
  spec.on_send = [&flight] { flight.sent = true; };
  spec.done = [this, key](const absl::Status& status) { End(key, status); };
  flight.call.emplace(context_, source.channel, *source.budgets.front(), std::move(spec));
  flight.call->Start();
}

void TaskReader::End(const Key& key, const absl::Status& status) {
  const auto slot = tasks_.find(key);
  const std::unique_ptr<Flight> ended = std::move(slot->second->flight);
  // First the books, then the callers: a caller may read again.
  if (slot->second->follow_up.empty()) {
    tasks_.erase(slot);
  } else {
    Begin(key, *slot->second);
  }
  for (const ReadId id : ended->waiters) {
    const auto waiter = waiters_.find(id);
    if (waiter == waiters_.end()) continue;  // left while another one was being answered
    const Done done = std::move(waiter->second->done);
    context_.loop.Cancel(waiter->second->timer);
    waiters_.erase(waiter);
    if (status.ok()) {
      done(ended->decoding->reading);
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

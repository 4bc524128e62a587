#include "gateway/tasks/task_finder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {
namespace {

// What the other sources get after the first hit.
constexpr absl::Duration kPatience = absl::Seconds(1);
// About 2 MB of memory.
constexpr std::size_t kRememberedOwners = 10'000;

}  // namespace

struct TaskFinder::Search {
  ReadRequest request;
  TaskReader::Done done;
  std::map<std::string, TaskReader::ReadId> asked;  // source -> read, until it has answered
  std::vector<std::pair<Source*, SharedReading>> hits;
  std::vector<std::string> unanswered;  // sources that failed otherwise than by NOT_FOUND
  absl::Duration retry_delay;           // the longest that these asked for
  base::EventLoop::TimerId patience = base::EventLoop::kNoTimer;
};

TaskFinder::TaskFinder(upstream::Context& context, const Sources& sources, TaskReader& reader)
    : context_(context), sources_(sources), reader_(reader), owners_(kRememberedOwners) {}

TaskFinder::~TaskFinder() {
  while (!searches_.empty()) Leave(searches_.begin()->first);
}

Source* TaskFinder::RememberedOwner(const std::string& task_id) { return owners_.Find(task_id, context_.loop.Now()); }

TaskFinder::FindId TaskFinder::Find(ReadRequest request, TaskReader::Done done) {
  const FindId id = next_find_++;
  Search& search = *searches_.emplace(id, std::make_unique<Search>()).first->second;
  search.request = std::move(request);
  search.done = std::move(done);
  if (Source* owner = owners_.Find(search.request.task_id, context_.loop.Now())) {
    AskOwner(id, search, owner);
  } else {
    AskAll(id, search);
  }
  return id;
}

void TaskFinder::Leave(FindId find) {
  const auto found = searches_.find(find);
  if (found == searches_.end()) return;
  const std::unique_ptr<Search> search = std::move(found->second);
  searches_.erase(found);
  context_.loop.Cancel(search->patience);
  for (const auto& [source, read] : search->asked) reader_.Leave(read);
}

void TaskFinder::AskAll(FindId id, Search& search) {
  for (const std::unique_ptr<Source>& source : sources_.all()) {
    ReadRequest request = search.request;
    request.source = source.get();
    search.asked[source->name] =
        reader_.Read(std::move(request), [this, id, source = source.get()](absl::StatusOr<SharedReading> answer) {
          Heard(id, source, std::move(answer));
        });
  }
}

void TaskFinder::AskOwner(FindId id, Search& search, Source* owner) {
  ReadRequest request = search.request;
  request.source = owner;
  search.asked[owner->name] = reader_.Read(std::move(request), [this, id, owner](absl::StatusOr<SharedReading> answer) {
    Search& current = *searches_.at(id);
    current.asked.clear();
    if (answer.ok()) return Answer(id, std::move(answer));
    if (absl::IsNotFound(answer.status())) {
      // It is not there any more: perhaps elsewhere.
      owners_.Forget(current.request.task_id);
      return AskAll(id, current);
    }
    current.unanswered.push_back(owner->name);
    current.retry_delay = core::RetryDelayOf(answer.status());
    Conclude(id);
  });
}

void TaskFinder::Heard(FindId id, Source* source, absl::StatusOr<SharedReading> answer) {
  Search& search = *searches_.at(id);
  search.asked.erase(source->name);
  if (answer.ok()) {
    search.hits.emplace_back(source, *std::move(answer));
    if (search.hits.size() == 1 && !search.asked.empty()) {
      search.patience = context_.loop.Schedule(kPatience, [this, id] { Conclude(id); });
    }
  } else if (!absl::IsNotFound(answer.status())) {
    search.unanswered.push_back(source->name);
    search.retry_delay = std::max(search.retry_delay, core::RetryDelayOf(answer.status()));
  }
  if (search.asked.empty()) Conclude(id);
}

void TaskFinder::Conclude(FindId id) {
  Search& search = *searches_.at(id);
  const std::string name = absl::StrCat("sources/-/tasks/", search.request.task_id);
  if (search.hits.size() > 1) {
    std::vector<std::string> candidates;
    for (const auto& [source, reading] : search.hits) candidates.push_back(reading->name());
    std::ranges::sort(candidates);
    return Answer(id, core::TaskIdAmbiguous(name, candidates));
  }
  if (search.hits.size() == 1) {
    Source* const owner = search.hits.front().first;
    if (search.asked.empty() && search.unanswered.empty()) {
      owners_.Remember(search.request.task_id, owner, context_.loop.Now());
    }
    if (EndedSince(*search.hits.front().second)) {
      for (const auto& [source, read] : search.asked) reader_.Leave(read);
      search.asked.clear();
      context_.loop.Cancel(search.patience);
      return AskOwner(id, search, owner);
    }
    return Answer(id, std::move(search.hits.front().second));
  }
  if (search.unanswered.empty()) return Answer(id, core::TaskNotFoundAnywhere(name));
  if (context_.loop.Now() >= search.request.deadline) return Answer(id, core::DeadlinePassed("reading the task"));
  std::ranges::sort(search.unanswered);
  const std::string message =
      absl::StrCat("these sources could not be asked: ", absl::StrJoin(search.unanswered, ", "));
  Answer(id, core::UpstreamUnavailable("UPSTREAM_INCOMPLETE", {.host = core::kDomain, .message = message},
                                       search.retry_delay));
}

// While the others were waited for, somebody may have been told of the end.
bool TaskFinder::EndedSince(const Reading& hit) const {
  if (hit.done()) return false;
  const SharedReading latest = reader_.cache().Find(hit.name(), absl::InfiniteDuration(), false).reading;
  return latest != nullptr && latest->done();
}

void TaskFinder::Answer(FindId id, absl::StatusOr<SharedReading> result) {
  const TaskReader::Done done = std::move(searches_.at(id)->done);
  Leave(id);
  done(std::move(result));
}

}  // namespace taskgateway::tasks

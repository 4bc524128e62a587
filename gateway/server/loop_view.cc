#include "gateway/server/loop_view.h"

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "adapters/core/status_catalogue.h"
#include "gateway/tasks/task_key.h"

namespace taskgateway::server {
namespace {

constexpr std::chrono::seconds kPatience(2);

LoopView::Polled Describe(const tasks::PolledTask& task, absl::Duration now) {
  LoopView::Polled polled;
  polled.name = tasks::CanonicalName(task.source, task.task_id);
  polled.subscribers = task.subscribers;
  polled.next_poll = task.news.next_poll - now;
  if (task.news.reading != nullptr) polled.state = task.news.reading->state();
  if (!task.news.trouble.ok()) {
    polled.trouble = core::ReasonOf(task.news.trouble);
    if (polled.trouble.empty()) polled.trouble = absl::StatusCodeToString(task.news.trouble.code());
  }
  return polled;
}

}  // namespace

LoopView LookAround(const tasks::Sources& sources, const tasks::TaskPoller& poller, absl::Duration now,
                    std::size_t max_polled) {
  LoopView view;
  for (const auto& source : sources.all()) {
    LoopView::Source& seen = view.sources.emplace_back();
    for (const upstream::Budget* budget : source->budgets) {
      seen.budgets.push_back({.rate = budget->current_rate(),
                              .configured_rate = budget->limits().requests_per_second,
                              .queued = budget->queued()});
    }
  }
  // Both are sorted by source.
  std::size_t index = 0;
  poller.ForEach([&](const tasks::PolledTask& task) {
    while (sources.all()[index].get() != &task.source) ++index;
    ++view.sources[index].polled_tasks;
    if (view.polled.size() < max_polled) view.polled.push_back(Describe(task, now));
  });
  return view;
}

std::optional<LoopView> AskLoop(base::EventLoop& loop, const tasks::Sources& sources, const tasks::TaskPoller& poller,
                                std::size_t max_polled) {
  auto answer = std::make_shared<std::promise<LoopView>>();
  std::future<LoopView> view = answer->get_future();
  loop.Post([answer, &loop, &sources, &poller, max_polled] {
    answer->set_value(LookAround(sources, poller, loop.Now(), max_polled));
  });
  answer.reset();
  if (view.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
  return view.get();
}

}  // namespace taskgateway::server

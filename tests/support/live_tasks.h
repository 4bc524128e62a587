// Everything that waits and watches stand on, over a fake upstream on a virtual clock.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/executor.h"
#include "gateway/tasks/alias_resolver.h"
#include "gateway/tasks/fan_out.h"
#include "gateway/tasks/log_buffers.h"
#include "gateway/tasks/task_canceller.h"
#include "gateway/tasks/task_finder.h"
#include "gateway/tasks/task_follower.h"
#include "gateway/tasks/task_poller.h"
#include "gateway/tasks/task_reader.h"
#include "tests/support/fake_upstream.h"

namespace taskgateway::support {

// Reads answer with what the test last said of the task, 10 ms later; 404 for tasks that it said nothing of.
struct LiveTasks {
  explicit LiveTasks(const std::vector<std::string>& sources = {"s"}) : upstream(sources) {
    upstream.http.SetScript([this](const core::HttpRequest& request) -> std::optional<FakeHttpClient::ScriptedReply> {
      const auto said = replies.find(request.host + request.path);
      return FakeHttpClient::ScriptedReply{said == replies.end() ? HttpReply(404) : said->second, latency};
    });
  }

  // From now on the source says this of the task.
  void Say(const std::string& task_id, upstream::TransferResult result, const std::string& source = "s") {
    replies[absl::StrCat(source, ".test/tasks/", task_id)] = std::move(result);
  }
  void Say(const std::string& task_id, const std::string& state, const std::string& source = "s") {
    Say(task_id, HttpReply(200, state), source);
  }
  // As if the upstream were cut off.
  void SayNothing(const std::string& task_id, const std::string& source = "s") {
    Say(task_id, TransferFailure(upstream::TransferError::kUnreachable), source);
  }
  // Lets time pass.
  void Run(absl::Duration passed) { upstream.time.RunFor(passed); }
  // The moments of all requests, since `since`.
  std::vector<absl::Duration> SentSince(absl::Duration since) const {
    std::vector<absl::Duration> moments;
    for (const auto& sent : upstream.http.sent()) moments.push_back(sent.at - since);
    return moments;
  }
  std::size_t sent() const { return upstream.http.sent().size(); }
  absl::Duration now() { return upstream.time.loop.Now(); }
  tasks::Source& source(const std::string& name = "s") { return *upstream.sources.Find(name); }
  tasks::Following following() { return {upstream.context, upstream.sources, finder, poller, aliases}; }

  FakeUpstream upstream;
  std::map<std::string, upstream::TransferResult> replies;
  absl::Duration latency = absl::Milliseconds(10);
  tasks::TaskReader reader{upstream.context, upstream.cache};
  tasks::TaskFinder finder{upstream.context, upstream.sources, reader};
  tasks::TaskPoller poller{upstream.context, reader};
  tasks::LogBuffers log_buffers{upstream.context, reader, poller, std::size_t{8} << 20};
  tasks::AliasResolver aliases{upstream.context};
  tasks::TaskCanceller canceller{upstream.context, reader, poller};
  base::InlineExecutor executor;
  tasks::FanOut fan_out{upstream.time.loop, executor};
};

}  // namespace taskgateway::support

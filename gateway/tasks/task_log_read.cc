#include "gateway/tasks/task_log_read.h"

#include <utility>

#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {
namespace {

// Load balancers cut streams that are silent for 60 s.
constexpr absl::Duration kKeepAlive = absl::Seconds(15);
// Between two searches, each of which asks all sources.
constexpr absl::Duration kSearchInterval = absl::Seconds(3);

}  // namespace

TaskLogRead::TaskLogRead(const Following& following, LogBuffers& buffers, FanOut& fan_out, FollowTarget target,
                         const LogBuffers::Wish& wish, LogOutbox& outbox, std::weak_ptr<Receiver> receiver)
    : following_(following),
      buffers_(buffers),
      fan_out_(fan_out),
      target_(std::move(target)),
      wish_(wish),
      outbox_(outbox),
      receiver_(std::move(receiver)) {}

TaskLogRead::~TaskLogRead() {
  following_.context.loop.Cancel(keep_alive_);
  following_.context.loop.Cancel(search_again_);
  following_.finder.Leave(search_);
}

void TaskLogRead::Start() {
  keep_alive_ = following_.context.loop.Schedule(kKeepAlive, [this] { KeepAlive(); });
  if (target_.source != nullptr) return Read(*target_.source);
  Search();
}

void TaskLogRead::Search() {
  ReadRequest request;
  request.task_id = target_.task_id;
  search_ = following_.finder.Find(std::move(request), [this](const absl::StatusOr<SharedReading>& found) {
    if (!found.ok()) {
      if (!wish_.follow || EndsSearch(found.status())) return OnFailure(found.status());
      search_again_ = following_.context.loop.Schedule(kSearchInterval, [this] { Search(); });
      return;
    }
    Read(*following_.sources.Find((*found)->source()));
  });
}

void TaskLogRead::Read(Source& source) {
  if (!source.adapter().traits().has_logs) {
    return OnFailure(core::Unsupported("LOGS_UNSUPPORTED_BY_SOURCE", source.name));
  }
  buffers_.Subscribe(source, target_.task_id, wish_, *this, &subscription_);
}

void TaskLogRead::OnLog(const std::string& name, const SharedLog& log, const LogPoint& difference, bool done) {
  outbox_.PutLog(name, log, difference, done);
  Notify();
}

void TaskLogRead::OnFailure(const absl::Status& status) {
  subscription_.End();
  outbox_.Fail(status);
  Notify();
}

void TaskLogRead::KeepAlive() {
  outbox_.PutKeepAlive();
  Notify();
  keep_alive_ = following_.context.loop.Schedule(kKeepAlive, [this] { KeepAlive(); });
}

void TaskLogRead::Notify() {
  if (std::shared_ptr<Receiver> receiver = receiver_.lock()) fan_out_.Add(std::move(receiver));
}

}  // namespace taskgateway::tasks

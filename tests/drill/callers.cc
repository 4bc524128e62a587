#include "tests/drill/callers.h"

#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "taskgateway/v1/task_service.grpc.pb.h"

namespace taskgateway::drill {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(20);

void Note(const grpc::Status& status, std::string_view method, Ledger& ledger) {
  ++ledger.calls;
  if (status.ok()) return;
  ledger.Fail(absl::StrCat(absl::FormatTime("%H:%M:%E3S", absl::Now(), absl::UTCTimeZone()), " ", std::string(method),
                           ": ", status.error_code(), " ", status.error_message()));
}

// What one watcher knows of its task.
class Watcher {
 public:
  Watcher(std::string task, Ledger& ledger) : task_(std::move(task)), ledger_(ledger) {}

  v1::WatchTasksRequest Request() const {
    v1::WatchTasksRequest request;
    v1::WatchTarget& target = *request.add_targets();
    target.set_name(task_);
    target.set_resume_token(token_);
    return request;
  }

  void Hear(const v1::WatchTasksResponse& event) {
    ++ledger_.events;
    if (!event.resume_token().empty()) token_ = event.resume_token();
    if (event.has_snapshot()) {
      const v1::Task::State state = event.snapshot().task().state();
      const bool moved = state_ && *state_ != state;
      if (event.snapshot().gap() != moved) Fail(absl::StrCat("gap is ", event.snapshot().gap()));
      // Another gateway may have read the task earlier, up to a poll ago: then it has moved, too.
      state_ = state;
    } else if (event.has_changed()) {
      if (state_ && *state_ != event.changed().previous_state()) Fail("previous_state is another one");
      // The script goes up: PENDING, RUNNING, SUCCEEDED.
      if (state_ && event.changed().task().state() < *state_) Fail("went back");
      state_ = event.changed().task().state();
    }
    closing_ = event.closing().reason();
  }

  // After the end of a stream. True when there is nothing more to watch.
  bool Ended(const grpc::Status& status) {
    const v1::WatchClosing::Reason reason = closing_;
    closing_ = v1::WatchClosing::REASON_UNSPECIFIED;
    if (reason == v1::WatchClosing::ALL_DONE) {
      if (state_ != v1::Task::SUCCEEDED) Fail("all is done without the end");
      return true;
    }
    if (reason == v1::WatchClosing::DRAINING) {
      ++ledger_.told_to_go;
    } else if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
      ++ledger_.cut;
    } else {
      Fail(absl::StrCat("ended with ", status.error_code(), " ", status.error_message()));
      return true;
    }
    return false;
  }

 private:
  void Fail(std::string_view what) { ledger_.Fail(absl::StrCat("watch of ", task_, ": ", std::string(what))); }

  const std::string task_;
  Ledger& ledger_;
  std::string token_;
  std::optional<v1::Task::State> state_;
  v1::WatchClosing::Reason closing_ = v1::WatchClosing::REASON_UNSPECIFIED;
};

}  // namespace

void Read(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, const std::atomic<bool>& stop,
          Ledger& ledger) {
  const auto stub = v1::TaskService::NewStub(channel);
  for (int i = 0; !stop; ++i) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    if (i % 10 == 9) {
      v1::BatchGetTasksRequest request;
      v1::BatchGetTasksResponse answer;
      request.add_names(task);
      Note(stub->BatchGetTasks(&context, request, &answer), "BatchGetTasks", ledger);
      continue;
    }
    v1::GetTaskRequest request;
    v1::Task answer;
    request.set_name(task);
    if (i % 2 == 0) request.mutable_max_staleness();
    Note(stub->GetTask(&context, request, &answer), "GetTask", ledger);
  }
}

void Wait(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, const std::atomic<bool>& stop,
          Ledger& ledger) {
  const auto stub = v1::TaskService::NewStub(channel);
  v1::WaitTaskRequest request;
  request.set_name(task);
  request.mutable_timeout()->set_seconds(1);
  while (!stop) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    v1::WaitTaskResponse answer;
    Note(stub->WaitTask(&context, request, &answer), "WaitTask", ledger);
  }
}

void Watch(const std::shared_ptr<grpc::Channel>& channel, const std::string& task, Ledger& ledger) {
  const auto stub = v1::TaskService::NewStub(channel);
  Watcher watcher(task, ledger);
  for (;;) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    const auto reader = stub->WatchTasks(&context, watcher.Request());
    v1::WatchTasksResponse event;
    while (reader->Read(&event)) watcher.Hear(event);
    if (watcher.Ended(reader->Finish())) return;
  }
}

}  // namespace taskgateway::drill

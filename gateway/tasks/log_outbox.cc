#include "gateway/tasks/log_outbox.h"

#include <algorithm>
#include <utility>

#include "gateway/tasks/field_head.h"
#include "taskgateway/v1/read_task_logs.pb.h"

namespace taskgateway::tasks {
namespace {

// Hashed in one go: some 200 us.
constexpr std::size_t kStretch = std::size_t{256} << 10;

}  // namespace

void LogOutbox::PutLog(const std::string& name, SharedLog log, const LogPoint& difference, bool done) {
  SharedLog dropped;  // freed without the lock
  base::MutexLock lock(mutex_);
  name_ = name;
  dropped = std::exchange(log_, std::move(log));
  difference_ = std::min(difference_, difference);
  done_ = done_ || done;
}

void LogOutbox::PutKeepAlive() {
  base::MutexLock lock(mutex_);
  keep_alive_ = true;
}

void LogOutbox::Fail(absl::Status status) {
  SharedLog dropped;  // freed without the lock
  base::MutexLock lock(mutex_);
  if (!failed_) failed_ = std::move(status);
  dropped = std::exchange(log_, nullptr);
}

void LogOutbox::Cancel() { Fail(absl::CancelledError("the caller went away")); }

void LogOutbox::Written() {
  base::MutexLock lock(mutex_);
  busy_ = false;
}

LogOutbox::Step LogOutbox::Take() {
  View view;
  {
    base::MutexLock lock(mutex_);
    if (busy_ || finished_) return {};
    if (failed_) {
      finished_ = true;
      return {.kind = Step::kFinish, .status = *failed_};
    }
    if (log_ == nullptr && !keep_alive_) return {};
    busy_ = true;
    view = {name_, log_, std::exchange(difference_, kNoPoint), done_};
  }
  Step step = view.log == nullptr ? Step() : Compose(view);
  base::MutexLock lock(mutex_);
  if (step.kind == Step::kFinish) finished_ = true;
  if (step.kind == Step::kNothing && keep_alive_ && !failed_) {
    step = view.log == nullptr
               ? Step{.kind = Step::kWrite, .message = std::make_shared<const std::string>(), .status = {}}
               : Message(view, {.begin = cursor_.point(), .content = {}}, false, false);
  }
  keep_alive_ = keep_alive_ && step.kind != Step::kWrite;
  // What came meanwhile is told of by whoever put it, once nobody is busy.
  busy_ = step.kind == Step::kWrite;
  const bool missed = step.kind == Step::kNothing && (log_ != view.log || failed_.has_value());
  if (missed) step.kind = Step::kGoOn;
  return step;
}

LogOutbox::Step LogOutbox::Compose(const View& view) {
  const TaskLog& log = *view.log;
  if (goal_ && view.difference < std::max(cursor_.point(), *goal_)) {
    // On the way to where the stream begins, or begins again: the way has to be gone anew.
    cursor_ = LogCursor();
    if (std::exchange(checks_resume_, false)) {
      // What was in front of the token can no longer be compared, so all that was sent is void.
      goal_.reset();
      tells_rewritten_ = true;
    } else if (!sent_) {
      goal_.reset();
      begun_ = false;
    } else {
      goal_ = LogPoint{std::min(*goal_, view.difference).entry, 0};
    }
  } else if (!goal_ && view.difference < cursor_.point()) {
    // The entry that differs is told anew. What is in front of it has to be hashed again.
    cursor_ = LogCursor();
    tells_rewritten_ = sent_;
    goal_ = LogPoint{view.difference.entry, 0};
  }
  if (!begun_) {
    begun_ = true;
    if (terms_.resume_from) {
      sent_ = true;
      checks_resume_ = Has(log, terms_.resume_from->point);
      tells_rewritten_ = !checks_resume_;
      goal_ = checks_resume_ ? terms_.resume_from->point : LogPoint();
    } else if (terms_.tail_bytes > 0) {
      goal_ = TailBegin(log, terms_.filter, terms_.tail_bytes);
    }
  }
  if (std::optional<Step> step = Seek(view)) return *std::move(step);
  const std::optional<LogChunk> chunk = cursor_.Next(log, terms_.filter, kStretch);
  if (chunk) {
    sent_ = true;
    return Message(view, *chunk, false, false);
  }
  if (cursor_.point() < EndOf(log)) return {.kind = Step::kGoOn, .message = {}, .status = {}};
  if (view.done && !end_told_) {
    end_told_ = true;
    return Message(view, {.begin = cursor_.point(), .content = {}}, false, true);
  }
  if (view.done || !terms_.follow) return {.kind = Step::kFinish, .message = {}, .status = {}};
  return {};
}

std::optional<LogOutbox::Step> LogOutbox::Seek(const View& view) {
  if (goal_) {
    if (!cursor_.Walk(*view.log, *goal_, kStretch)) return Step{.kind = Step::kGoOn, .message = {}, .status = {}};
    goal_.reset();
    if (std::exchange(checks_resume_, false) && cursor_.Digest() != terms_.resume_from->digest) {
      // Only the digest is known of what was sent, so all of it is void.
      cursor_ = LogCursor();
      tells_rewritten_ = true;
    }
  }
  if (!std::exchange(tells_rewritten_, false)) return std::nullopt;
  return Message(view, {.begin = cursor_.point(), .content = {}}, true, false);
}

LogOutbox::Step LogOutbox::Message(const View& view, const LogChunk& chunk, bool rewritten, bool end_of_log) const {
  v1::ReadTaskLogsResponse message;
  message.set_name(view.name);
  message.set_entry_index(static_cast<int>(chunk.begin.entry));
  if (chunk.begin.entry < view.log->entries.size()) {
    const TaskLog::Entry& entry = view.log->entries[chunk.begin.entry];
    message.mutable_command()->assign(entry.command);
    message.mutable_stream()->assign(entry.stream);
  }
  message.set_offset(static_cast<std::int64_t>(chunk.begin.offset));
  message.set_resume_token(ToLogToken({.name = view.name, .point = cursor_.point(), .digest = cursor_.Digest()}));
  message.set_rewritten(rewritten);
  message.set_end_of_log(end_of_log);
  std::string bytes = message.SerializeAsString();
  bytes.reserve(bytes.size() + chunk.content.size() + 16);
  // Copied once, from the log to the wire.
  if (!chunk.content.empty()) {
    bytes.append(FieldHead(v1::ReadTaskLogsResponse::kContentFieldNumber, chunk.content.size())).append(chunk.content);
  }
  return {.kind = Step::kWrite, .message = std::make_shared<const std::string>(std::move(bytes)), .status = {}};
}

}  // namespace taskgateway::tasks

#include "gateway/tasks/log_buffers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"

namespace taskgateway::tasks {
namespace {

constexpr absl::Duration kRetryDelay = absl::Seconds(3);

// The task is known to be done, and the upstream's reply was from before that.
absl::Status Behind() {
  return core::UpstreamUnavailable("UPSTREAM_BROKEN_REPLY",
                                   {.host = core::kDomain, .message = "the reply is older than the end of the task"},
                                   kRetryDelay);
}

}  // namespace

struct LogBuffers::Buffer final : public PollObserver, public std::enable_shared_from_this<Buffer> {
  struct Reader {
    LogObserver* observer;
    bool follow;
    bool anew;          // only what a read brings that begins behind its Subscribe will do
    bool waits = true;  // has not heard of a log that is recent enough
    base::EventLoop::TimerId first = base::EventLoop::kNoTimer;
  };

  Buffer(LogBuffers& owner, Source& from, std::string id) : buffers(owner), source(from), task_id(std::move(id)) {}

  void OnPoll(const PollNews& news) override {
    if (!news.permanent) return;
    const absl::Status trouble = news.trouble;
    buffers.TellAll(*this, true, [&](Reader& reader) { reader.observer->OnFailure(trouble); });
  }

  LogBuffers& buffers;
  Source& source;
  const std::string task_id;
  std::string name;
  SharedLog log;
  absl::Duration heard_at;  // Uptime
  bool done = false;
  std::map<std::uint64_t, Reader> readers;  // in the order they came
  int followers = 0;
  TaskPoller::Subscription polling;
  TaskReader::ReadId read = 0;
  bool read_brought_log = false;
  std::uint64_t read_serves = 0;  // the read began behind the Subscribe of readers before this one
  std::uint64_t has_for = 0;      // and what such a read has brought is here, or being compared
  base::EventLoop::TimerId retry = base::EventLoop::kNoTimer;
  bool comparing = false;
  SharedLog next;  // came while another one was being compared
  bool next_done = false;
  bool telling = false;
};

void LogBuffers::Subscription::End() {
  if (Buffer* buffer = std::exchange(buffer_, nullptr)) buffers_->Leave(*buffer, id_);
}

LogBuffers::LogBuffers(upstream::Context& context, TaskReader& reader, TaskPoller& poller, std::size_t max_bytes)
    : context_(context), reader_(reader), poller_(poller), max_bytes_(max_bytes) {
  reader_.SetLogListener([this](Source& source, const std::string& task_id, const SharedReading& reading,
                                const SharedLog& log) { Heard(source, task_id, reading, log); });
}

LogBuffers::~LogBuffers() {
  reader_.SetLogListener(nullptr);
  for (const auto& [key, buffer] : buffers_) {
    reader_.Leave(buffer->read);
    context_.loop.Cancel(buffer->retry);
  }
}

void LogBuffers::Subscribe(Source& source, const std::string& task_id, const Wish& wish, LogObserver& observer,
                           Subscription* subscription) {
  std::shared_ptr<Buffer>& buffer = buffers_[TaskKey(&source, task_id)];
  if (buffer == nullptr) buffer = std::make_shared<Buffer>(*this, source, task_id);
  subscription->buffers_ = this;
  subscription->buffer_ = buffer.get();
  subscription->id_ = next_subscription_++;
  const bool reaches = !wish.resumes_at || (buffer->log != nullptr && Has(*buffer->log, *wish.resumes_at));
  const bool anew = !reaches && !buffer->done;
  buffer->readers[subscription->id_] = {.observer = &observer, .follow = wish.follow, .anew = anew};
  buffer->followers += wish.follow;
  if (wish.follow && !buffer->polling && !buffer->done) buffer->polling = poller_.Subscribe(source, task_id, *buffer);
  const bool recent = buffer->log != nullptr && !anew &&
                      (wish.follow || buffer->done || context_.loop.Now() - buffer->heard_at <= kDefaultStaleness);
  if (!recent) return Read(*buffer);
  TellSoon(*buffer, subscription->id_);
}

void LogBuffers::TellSoon(Buffer& buffer, std::uint64_t id) {
  buffer.readers.at(id).first = context_.loop.Schedule(absl::ZeroDuration(), [held = buffer.shared_from_this(), id] {
    Buffer::Reader& told = held->readers.at(id);
    told.waits = false;
    told.observer->OnLog(held->name, held->log, kNoPoint, held->done);
  });
}

void LogBuffers::Heard(Source& source, const std::string& task_id, const SharedReading& reading, const SharedLog& log) {
  const auto found = buffers_.find(TaskKeyView(&source, task_id));
  if (found == buffers_.end() || found->second->done) return;
  Buffer& buffer = *found->second;
  buffer.read_brought_log = true;
  buffer.name = reading->name();
  const bool done = reading->done();
  if (!buffer.comparing) return Compare(buffer, log, done);
  buffer.next = log;
  buffer.next_done = done;
}

void LogBuffers::Compare(Buffer& buffer, SharedLog log, bool done) {
  if (buffer.log == nullptr) return Replace(buffer, std::move(log), kNoPoint, done);
  if (buffer.log->reply.size() <= upstream::kInlineDecodeBytes) {
    const LogPoint difference = FirstDifference(*buffer.log, *log);
    return Replace(buffer, std::move(log), difference, done);
  }
  buffer.comparing = true;
  context_.decode_executor.Run([this, &loop = context_.loop, held = buffer.weak_from_this(), older = buffer.log,
                                newer = std::move(log), done]() mutable {
    const LogPoint difference = FirstDifference(*older, *newer);
    older.reset();
    loop.Post([this, held = std::move(held), newer = std::move(newer), difference, done]() mutable {
      const std::shared_ptr<Buffer> compared = held.lock();
      if (compared == nullptr) return;
      compared->comparing = false;
      SharedLog next = std::exchange(compared->next, nullptr);
      Replace(*compared, std::move(newer), difference, done);
      if (next != nullptr && !compared->readers.empty()) Compare(*compared, std::move(next), compared->next_done);
      TellAnew(*compared);
    });
  });
}

void LogBuffers::Replace(Buffer& buffer, SharedLog log, const LogPoint& difference, bool done) {
  const std::size_t was = buffer.log == nullptr ? 0 : BytesOf(*buffer.log);
  const std::size_t is = BytesOf(*log);
  if (bytes_ - was + is > max_bytes_) {
    return TellAll(buffer, true, [&](Buffer::Reader& reader) {
      reader.observer->OnFailure(core::LogBufferFull(buffer.name, kRetryDelay));
    });
  }
  bytes_ += is - was;
  buffer.log = std::move(log);
  buffer.heard_at = context_.loop.Now();
  buffer.done = buffer.done || done;
  if (buffer.done) buffer.polling.End();
  TellAll(buffer, true, [&](Buffer::Reader& reader) {
    if (reader.anew) return;
    // Those who do not follow, too: they let go of the log that they had.
    reader.waits = false;
    reader.observer->OnLog(buffer.name, buffer.log, difference, buffer.done);
  });
}

void LogBuffers::Read(Buffer& buffer) {
  if (buffer.read != 0) return;
  context_.loop.Cancel(buffer.retry);
  buffer.read_brought_log = false;
  buffer.read_serves = next_subscription_;
  const bool anew = std::ranges::any_of(buffer.readers, [](const auto& reader) { return reader.second.anew; });
  buffer.read = reader_.Read({.source = &buffer.source,
                              .task_id = buffer.task_id,
                              .log = true,
                              .max_staleness = anew ? absl::ZeroDuration() : kDefaultStaleness},
                             [this, &buffer](const absl::StatusOr<SharedReading>& reading) {
                               buffer.read = 0;
                               ReadEnded(buffer, reading.status());
                             });
}

void LogBuffers::ReadEnded(Buffer& buffer, const absl::Status& status) {
  if (!status.ok()) return ReadFailed(buffer, status);
  if (!buffer.read_brought_log && !buffer.done) return ReadFailed(buffer, Behind());
  buffer.has_for = buffer.read_serves;
  TellAnew(buffer);
  const bool more = std::ranges::any_of(
      buffer.readers, [&](const auto& reader) { return reader.second.anew && reader.first >= buffer.has_for; });
  if (more) Read(buffer);
}

void LogBuffers::TellAnew(Buffer& buffer) {
  if (buffer.comparing) return;
  for (auto& [id, reader] : buffer.readers) {
    if (!reader.anew || (id >= buffer.has_for && !buffer.done)) continue;
    reader.anew = false;
    TellSoon(buffer, id);
  }
}

void LogBuffers::ReadFailed(Buffer& buffer, const absl::Status& status) {
  const bool permanent = absl::IsNotFound(status) || absl::IsPermissionDenied(status);
  if (!permanent && buffer.followers > 0) {
    // The task's polls may be over, so they cannot be relied on.
    const absl::Duration delay = std::max(kRetryDelay, std::min(core::RetryDelayOf(status), kMaxRetryDelay));
    buffer.retry = context_.loop.Schedule(delay, [this, &buffer] {
      const bool wanted = buffer.log == nullptr ||
                          std::ranges::any_of(buffer.readers, [](const auto& reader) { return reader.second.anew; });
      if (wanted) Read(buffer);
    });
  }
  // A log that is being compared comes to all who wait.
  if (!permanent && buffer.comparing) return;
  TellAll(buffer, permanent, [&](Buffer::Reader& reader) {
    if (permanent || reader.waits) reader.observer->OnFailure(status);
  });
}

template <typename Tell>
void LogBuffers::TellAll(Buffer& buffer, bool followers_too, Tell tell) {
  const std::shared_ptr<Buffer> held = buffer.shared_from_this();
  buffer.telling = true;
  for (auto next = buffer.readers.begin(); next != buffer.readers.end();) {
    const std::uint64_t id = next->first;
    if (followers_too || !next->second.follow) {
      context_.loop.Cancel(next->second.first);
      tell(next->second);
    }
    next = buffer.readers.upper_bound(id);  // anybody may have left
  }
  buffer.telling = false;
  if (buffer.followers == 0) buffer.polling.End();
  RemoveUnused(buffer);
}

void LogBuffers::Leave(Buffer& buffer, std::uint64_t id) {
  const auto reader = buffer.readers.find(id);
  context_.loop.Cancel(reader->second.first);
  buffer.followers -= reader->second.follow;
  buffer.readers.erase(reader);
  if (buffer.followers == 0 && !buffer.telling) buffer.polling.End();
  RemoveUnused(buffer);
}

void LogBuffers::RemoveUnused(Buffer& buffer) {
  if (buffer.telling || !buffer.readers.empty()) return;
  buffer.polling.End();
  reader_.Leave(buffer.read);
  context_.loop.Cancel(buffer.retry);
  if (buffer.log != nullptr) bytes_ -= BytesOf(*buffer.log);
  buffers_.erase(TaskKey(&buffer.source, buffer.task_id));
}

}  // namespace taskgateway::tasks

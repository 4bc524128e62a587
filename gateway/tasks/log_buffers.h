// Whole logs, while somebody reads them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/tasks/log_point.h"
#include "gateway/tasks/task_key.h"
#include "gateway/tasks/task_poller.h"

namespace taskgateway::tasks {

// Hears of one task's log. Loop thread. May end its own and any other subscription.
class LogObserver {
 public:
  virtual ~LogObserver() = default;

  // The log as it is now. It differs from the one before, of which this observer heard, from `difference` on. `done`:
  // the task is, so this is the whole of it.
  virtual void OnLog(const std::string& name, const SharedLog& log, const LogPoint& difference, bool done) = 0;
  // The log cannot be read: it will not get better, or the observer does not follow, or it does not fit.
  virtual void OnFailure(const absl::Status& status) = 0;
};

// One buffer per task that has readers, with the latest log and no other. Every read of the task, whoever asked for it,
// brings the log anew; the buffer finds out where it differs, on the executor when it is long. Logs of all buffers
// together stay within a limit: the readers of a task whose log does not fit get RESOURCE_EXHAUSTED LOG_BUFFER_FULL.
//
// Followers keep a task polled. Belongs to the loop thread.
class LogBuffers {
  struct Buffer;

 public:
  // A reader's place; ends with the object. Must not outlive the buffers.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { End(); }
    void End();

   private:
    friend class LogBuffers;
    LogBuffers* buffers_ = nullptr;
    Buffer* buffer_ = nullptr;
    std::uint64_t id_ = 0;
  };

  // All outlive the buffers, which become a listener of the reader. `max_bytes` is for all logs together.
  LogBuffers(upstream::Context& context, TaskReader& reader, TaskPoller& poller, std::size_t max_bytes);
  ~LogBuffers();
  LogBuffers(const LogBuffers&) = delete;
  LogBuffers& operator=(const LogBuffers&) = delete;

  // What a reader wants.
  struct Wish {
    bool follow = false;  // keeps the task polled
    // It has read up to here, perhaps at another replica: a log that does not reach this will not do, but only one that
    // the upstream is asked for from now on.
    std::optional<LogPoint> resumes_at = {};
  };

  // Tells `observer` of the log as soon as there is one of the last second (for followers: any), never before Subscribe
  // returns, and of every later one. Both `observer` and `subscription` outlive the subscription.
  void Subscribe(Source& source, const std::string& task_id, const Wish& wish, LogObserver& observer,
                 Subscription* subscription);

  std::size_t buffers() const { return buffers_.size(); }
  // Memory of all logs, bytes.
  std::size_t bytes() const { return bytes_; }

 private:
  void Heard(Source& source, const std::string& task_id, const SharedReading& reading, const SharedLog& log);
  void Compare(Buffer& buffer, SharedLog log, bool done);
  void Replace(Buffer& buffer, SharedLog log, const LogPoint& difference, bool done);
  void Read(Buffer& buffer);
  void ReadEnded(Buffer& buffer, const absl::Status& status);
  // Tells those of the log who wanted one anew, if it is there by now.
  void TellAnew(Buffer& buffer);
  // Tells a reader of the log that is there, in the loop's next round.
  void TellSoon(Buffer& buffer, std::uint64_t id);
  void ReadFailed(Buffer& buffer, const absl::Status& status);
  // Calls `tell` for each observer, of whom any may leave.
  template <typename Tell>
  void TellAll(Buffer& buffer, bool followers_too, Tell tell);
  void Leave(Buffer& buffer, std::uint64_t id);
  void RemoveUnused(Buffer& buffer);

  upstream::Context& context_;
  TaskReader& reader_;
  TaskPoller& poller_;
  const std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::map<TaskKey, std::shared_ptr<Buffer>, TaskKeyLess> buffers_;
  std::uint64_t next_subscription_ = 1;
};

}  // namespace taskgateway::tasks
